#include <algorithm>
#include <string_view>

#include "slm/data/block_cutter.h"
#include "slm/data/text_pieces.h"

namespace slm::data {
namespace {

constexpr size_t kMinReadBytes = size_t{64} << 10;

class TextCutter : public BlockCutter {
 public:
  explicit TextCutter(const CutterArguments& arguments)
      : file_(arguments.file),
        options_(arguments.options),
        separator_(separator_of(arguments.options)),
        max_piece_(max_piece_bytes(arguments.options)) {}

  bool can_share(const CorpusBlock& block) const override { return block.format == BlockFormat::kDocuments; }
  void begin(CorpusBlock& block) const override { block.format = BlockFormat::kDocuments; }

  bool fill(CorpusBlock& block) override {
    size_t begin = block.bytes.size();
    block.bytes += carry_;
    carry_.clear();
    size_t searched = begin;
    while (true) {
      begin = take_documents(block, begin, searched);
      if (file_.at_end()) {
        take_last(block, begin);
        return false;
      }
      // What could belong to a separator, or to the line break before it, is not known to be text.
      if (block.bytes.size() - begin > max_piece_ + separator_.size() + 3) {
        begin = take_piece(block, begin);
        searched = std::max(begin, searched);
        if (is_full(begin)) break;
        continue;
      }
      if (is_full(begin) && begin > 0) break;
      const size_t room = static_cast<size_t>(options_.block_bytes) -
                          std::min<size_t>(block.bytes.size(), static_cast<size_t>(options_.block_bytes));
      file_.append(block.bytes, std::max(kMinReadBytes, room));
    }
    carry_.assign(block.bytes, begin);
    block.bytes.resize(begin);
    return true;
  }

 private:
  bool is_full(size_t size) const { return size >= static_cast<size_t>(options_.block_bytes); }

  // Makes a part of each document that a separator ends. Returns where the unfinished one begins; `searched` becomes
  // the place from which on a separator could still be found.
  size_t take_documents(CorpusBlock& block, size_t begin, size_t& searched) {
    if (separator_.empty()) return begin;
    while (true) {
      const size_t found = block.bytes.find(separator_, std::max(begin, searched));
      if (found == std::string::npos) break;
      const size_t next = found + separator_.size();
      // The line break behind the separator may not have been read yet.
      if (next + 2 > block.bytes.size() && !file_.at_end()) {
        searched = found;
        return begin;
      }
      size_t end = found;
      if (end > begin && block.bytes[end - 1] == '\n') --end;
      if (end > begin && end < found && block.bytes[end - 1] == '\r') --end;
      begin = take_pieces(block, begin, end);
      if (end > begin || is_in_document_) add_part(block, begin, end, true);
      size_t after = next;
      if (after < block.bytes.size() && block.bytes[after] == '\r' && after + 1 < block.bytes.size() &&
          block.bytes[after + 1] == '\n') {
        ++after;
      }
      if (after < block.bytes.size() && block.bytes[after] == '\n') ++after;
      line_ += num_newlines(std::string_view(block.bytes).substr(begin, after - begin));
      has_separators_ = true;
      begin = searched = after;
    }
    const size_t kept = separator_.size() - 1;
    searched = std::max(begin, block.bytes.size() - std::min(kept, block.bytes.size()));
    return begin;
  }

  // The first piece of a document that is longer than max_piece_.
  size_t take_piece(CorpusBlock& block, size_t begin) {
    const size_t end = begin + piece_end(std::string_view(block.bytes).substr(begin, max_piece_));
    add_part(block, begin, end, false);
    line_ += num_newlines(std::string_view(block.bytes).substr(begin, end - begin));
    return end;
  }

  // All pieces but the last of a document that ends at `end`. Returns where that begins.
  size_t take_pieces(CorpusBlock& block, size_t begin, size_t end) {
    while (end - begin > max_piece_) begin = take_piece(block, begin);
    return begin;
  }

  void take_last(CorpusBlock& block, size_t begin) {
    begin = take_pieces(block, begin, block.bytes.size());
    const std::string_view rest = std::string_view(block.bytes).substr(begin);
    const bool is_only_space = std::all_of(rest.begin(), rest.end(), is_space);
    if (is_in_document_ || !is_only_space || !has_separators_) add_part(block, begin, block.bytes.size(), true);
  }

  void add_part(CorpusBlock& block, size_t begin, size_t end, bool is_end) {
    block.parts.push_back({.begin = begin,
                           .end = end,
                           .source = block.sources.size() - 1,
                           .first_line = line_,
                           .is_start = !is_in_document_,
                           .is_end = is_end});
    is_in_document_ = !is_end;
  }

  FileReader& file_;
  const CorpusOptions& options_;
  const std::string separator_;
  const size_t max_piece_;
  std::string carry_;  // what the next block begins with
  int64_t line_ = 1;   // of the next part
  bool is_in_document_ = false;
  bool has_separators_ = false;
};

}  // namespace

std::unique_ptr<BlockCutter> make_text_cutter(const CutterArguments& arguments) {
  return std::make_unique<TextCutter>(arguments);
}

}  // namespace slm::data

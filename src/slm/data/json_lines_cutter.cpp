#include <algorithm>
#include <string_view>

#include "slm/data/block_cutter.h"
#include "slm/data/skip_row.h"
#include "slm/data/text_pieces.h"

namespace slm::data {
namespace {

constexpr size_t kMinReadBytes = size_t{64} << 10;

class JsonLinesCutter : public BlockCutter {
 public:
  explicit JsonLinesCutter(const CutterArguments& arguments)
      : file_(arguments.file), options_(arguments.options), skips_(arguments.skips) {}

  bool can_share(const CorpusBlock& block) const override { return block.format == BlockFormat::kJsonLines; }
  void begin(CorpusBlock& block) const override { block.format = BlockFormat::kJsonLines; }

  bool fill(CorpusBlock& block) override {
    const size_t begin = block.bytes.size();
    block.bytes += carry_;
    carry_.clear();
    size_t searched = block.bytes.size();  // no line ends before this place
    while (!file_.at_end()) {
      const size_t old_size = block.bytes.size();
      const auto wanted = static_cast<size_t>(options_.block_bytes);
      file_.append(block.bytes, std::max(kMinReadBytes, wanted > old_size ? wanted - old_size : 0));
      if (file_.at_end()) break;
      const size_t newline = std::string_view(block.bytes).substr(searched).rfind('\n');
      if (newline != std::string::npos) {
        const size_t end = searched + newline + 1;
        carry_.assign(block.bytes, end);
        block.bytes.resize(end);
        break;
      }
      searched = block.bytes.size();
      if (static_cast<int64_t>(block.bytes.size() - begin) > options_.max_record_bytes) {
        block.bytes.resize(begin);
        searched = begin;
        skip_line(block, block.bytes);
      }
    }
    if (file_.is_damaged()) block.bytes.resize(std::max(begin, block.bytes.rfind('\n') + 1));
    if (block.bytes.size() > begin) {
      block.parts.push_back(
          {.begin = begin, .end = block.bytes.size(), .source = block.sources.size() - 1, .first_line = line_});
      line_ += num_newlines(std::string_view(block.bytes).substr(begin));
    }
    return !file_.at_end() || !carry_.empty();
  }

 private:
  // Reads on to the end of a line that is too long to keep; appends what follows it to `rest`.
  void skip_line(const CorpusBlock& block, std::string& rest) {
    skip_row(options_, skips_, SkipReason::kTooLong, {block.index, file_.name(), line_});
    std::string piece;
    while (!file_.at_end()) {
      piece.clear();
      file_.append(piece, kMinReadBytes);
      const size_t newline = piece.find('\n');
      if (newline == std::string::npos) continue;
      rest.append(piece, newline + 1);
      ++line_;
      return;
    }
  }

  FileReader& file_;
  const CorpusOptions& options_;
  SkipCounts& skips_;
  std::string carry_;  // the beginning of a line that the next block gets
  int64_t line_ = 1;   // of the next part
};

}  // namespace

std::unique_ptr<BlockCutter> make_json_lines_cutter(const CutterArguments& arguments) {
  return std::make_unique<JsonLinesCutter>(arguments);
}

}  // namespace slm::data

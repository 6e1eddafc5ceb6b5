#include <string_view>

#include "slm/data/block_cutter.h"
#include "slm/data/skip_row.h"

namespace slm::data {
namespace {

constexpr size_t kMinReadBytes = size_t{64} << 10;
constexpr size_t kNone = std::string::npos;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// JSON values one after the other, over any number of lines, or the elements of one array.
class JsonValuesCutter : public BlockCutter {
 public:
  explicit JsonValuesCutter(const CutterArguments& arguments)
      : file_(arguments.file), options_(arguments.options), skips_(arguments.skips) {}

  bool can_share(const CorpusBlock& block) const override { return block.format == BlockFormat::kJsonValues; }
  void begin(CorpusBlock& block) const override { block.format = BlockFormat::kJsonValues; }

  bool fill(CorpusBlock& block) override {
    block.bytes += carry_;
    size_t at = block.bytes.size();
    if (value_begin_ != kNone) value_begin_ = at - carry_.size();
    carry_.clear();
    while (true) {
      for (; at < block.bytes.size(); ++at) take(block, at);
      if (file_.at_end()) break;
      if (value_begin_ != kNone) {
        const size_t size = at - value_begin_;
        if (!is_skipping_ && static_cast<int64_t>(size) > options_.max_record_bytes) {
          skip_row(options_, skips_, SkipReason::kTooLong, {block.index, file_.name(), value_line_});
          is_skipping_ = true;
        }
        if (is_skipping_) block.bytes.resize(at = value_begin_);
      }
      if (!block.parts.empty() && static_cast<int64_t>(block.parts.back().end) >= options_.block_bytes) break;
      file_.append(block.bytes, kMinReadBytes);
    }
    if (file_.at_end()) {
      if (value_begin_ != kNone && !file_.is_damaged()) end_value(block, block.bytes.size());
      return false;
    }
    if (value_begin_ != kNone) {
      carry_.assign(block.bytes, value_begin_);
      block.bytes.resize(value_begin_);
    }
    return true;
  }

 private:
  // One byte further. Damaged values end somewhere, which the parser of the block then finds.
  void take(CorpusBlock& block, size_t at) {
    const char c = block.bytes[at];
    if (c == '\n') ++line_;
    if (is_in_string_) {
      if (is_escaped_) {
        is_escaped_ = false;
      } else if (c == '\\') {
        is_escaped_ = true;
      } else if (c == '"') {
        is_in_string_ = false;
        if (depth_ == 0) end_value(block, at + 1);
      }
      return;
    }
    const bool is_in_scalar = value_begin_ != kNone && depth_ == 0;
    if (is_in_scalar && (is_space(c) || c == ',' || c == ']')) end_value(block, at);
    if (value_begin_ == kNone) {
      if (is_space(c) || c == ',') return;
      if (is_first_ && c == '[') {
        is_first_ = false;
        is_in_array_ = true;
        return;
      }
      is_first_ = false;
      if (c == ']' && is_in_array_) {
        is_in_array_ = false;
        return;
      }
      value_begin_ = at;
      value_line_ = line_;
    }
    if (c == '"') {
      is_in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      if (--depth_ == 0) end_value(block, at + 1);
    }
  }

  void end_value(CorpusBlock& block, size_t end) {
    if (!is_skipping_) {
      block.parts.push_back(
          {.begin = value_begin_, .end = end, .source = block.sources.size() - 1, .first_line = value_line_});
    }
    is_skipping_ = false;
    value_begin_ = kNone;
  }

  FileReader& file_;
  const CorpusOptions& options_;
  SkipCounts& skips_;
  std::string carry_;           // the beginning of a value that the next block gets
  size_t value_begin_ = kNone;  // in the block's bytes
  int64_t value_line_ = 1;
  int64_t line_ = 1;
  int64_t depth_ = 0;         // inside the value
  bool is_first_ = true;      // nothing but spaces so far
  bool is_in_array_ = false;  // the values are elements
  bool is_in_string_ = false;
  bool is_escaped_ = false;
  bool is_skipping_ = false;  // inside a value that is too long
};

}  // namespace

std::unique_ptr<BlockCutter> make_json_values_cutter(const CutterArguments& arguments) {
  return std::make_unique<JsonValuesCutter>(arguments);
}

}  // namespace slm::data

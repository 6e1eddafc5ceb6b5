#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "slm/core/error.h"
#include "slm/data/block_cutter.h"
#include "slm/data/csv_rows.h"
#include "slm/data/skip_row.h"

namespace slm::data {
namespace {

constexpr size_t kMinReadBytes = size_t{64} << 10;
constexpr size_t kMaxHeaderBytes = size_t{1} << 20;

class CsvCutter : public BlockCutter {
 public:
  CsvCutter(const CutterArguments& arguments, char delimiter)
      : file_(arguments.file),
        options_(arguments.options),
        skips_(arguments.skips),
        delimiter_(delimiter),
        finder_(delimiter) {
    read_header();
  }

  bool can_share(const CorpusBlock& block) const override {
    return block.format == BlockFormat::kCsvRows && block.delimiter == delimiter_ && block.column == column_ &&
           block.num_columns == num_columns_;
  }

  void begin(CorpusBlock& block) const override {
    block.format = BlockFormat::kCsvRows;
    block.delimiter = delimiter_;
    block.column = column_;
    block.num_columns = num_columns_;
  }

  bool fill(CorpusBlock& block) override {
    const size_t begin = block.bytes.size();
    block.bytes += carry_;
    size_t searched = begin + carry_searched_;
    size_t end = begin;  // of the last whole row
    int64_t num_rows = 0;
    const auto is_full = [&] { return end > begin && static_cast<int64_t>(end) >= options_.block_bytes; };
    while (true) {
      for (size_t row_end; (row_end = finder_.next_end(block.bytes, searched)) != std::string::npos;) {
        searched = row_end;
        if (is_skipping_) {
          block.bytes.erase(end, row_end - end);
          searched = end;
          is_skipping_ = false;
          ++row_;
          continue;
        }
        end = row_end;
        ++num_rows;
      }
      searched = block.bytes.size();
      if (is_skipping_) {
        block.bytes.resize(end);
        searched = end;
      } else if (static_cast<int64_t>(searched - end) > options_.max_record_bytes) {
        if (end > begin) break;  // the rows before it first
        skip_row(options_, skips_, SkipReason::kTooLong, {block.index, file_.name(), row_});
        is_skipping_ = true;
        continue;
      }
      if (file_.at_end() || is_full()) break;
      file_.append(block.bytes, kMinReadBytes);
    }
    if (file_.at_end()) end = take_last(block, end, num_rows);
    carry_.assign(block.bytes, end);
    carry_searched_ = searched - end;
    block.bytes.resize(end);
    if (end > begin) {
      block.parts.push_back({.begin = begin, .end = end, .source = block.sources.size() - 1, .first_line = row_});
      row_ += num_rows;
    }
    return !file_.at_end();
  }

 private:
  void read_header() {
    std::string bytes;
    size_t searched = 0;
    size_t end = std::string::npos;
    while (end == std::string::npos && !file_.at_end() && bytes.size() < kMaxHeaderBytes) {
      file_.append(bytes, kMinReadBytes);
      end = finder_.next_end(bytes, searched);
      searched = bytes.size();
    }
    if (end == std::string::npos && !file_.at_end()) {
      throw FormatError(file_.name(), 0, "the first row, which names the columns, has no end within 1 MiB");
    }
    if (bytes.empty()) return;  // a file without rows, not even the one of names
    end = std::min(end, bytes.size());
    std::vector<std::string> names;
    std::string scratch;
    for (size_t i = 0;; ++i) {
      const CsvField name = read_csv_field(std::string_view(bytes).substr(0, end), 0, delimiter_, i, scratch);
      if (!name.is_there) break;
      names.emplace_back(name.text);
    }
    const auto found = std::find(names.begin(), names.end(), options_.text_column);
    if (found == names.end()) {
      throw FormatError(file_.name(), FormatError::kNoOffset,
                        fmt::format("there is no column '{}'; the first row names: {}. Choose one with --text_column",
                                    options_.text_column, fmt::join(names, ", ")));
    }
    column_ = static_cast<size_t>(found - names.begin());
    num_columns_ = names.size();
    carry_ = bytes.substr(end);
  }

  // The last row may lack its line break. Returns where the rows end.
  size_t take_last(CorpusBlock& block, size_t end, int64_t& num_rows) {
    if (end == block.bytes.size() || is_skipping_) return end;
    if (finder_.is_in_quotes()) {
      skip_row(options_, skips_, SkipReason::kBadRow, {block.index, file_.name(), row_ + num_rows});
    } else if (!file_.is_damaged()) {
      ++num_rows;
      return block.bytes.size();
    }
    block.bytes.resize(end);
    return end;
  }

  FileReader& file_;
  const CorpusOptions& options_;
  SkipCounts& skips_;
  const char delimiter_;
  CsvRowFinder finder_;
  size_t column_ = 0;
  size_t num_columns_ = 0;
  std::string carry_;          // the beginning of a row that the next block gets
  size_t carry_searched_ = 0;  // what finder_ has seen of it
  int64_t row_ = 2;            // of the next part
  bool is_skipping_ = false;   // inside a row that is too long
};

}  // namespace

std::unique_ptr<BlockCutter> make_csv_cutter(const CutterArguments& arguments, char delimiter) {
  return std::make_unique<CsvCutter>(arguments, delimiter);
}

}  // namespace slm::data

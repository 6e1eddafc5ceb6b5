#include <algorithm>

#include "slm/data/corpus.h"
#include "slm/data/csv_rows.h"
#include "slm/data/json_field.h"
#include "slm/data/skip_row.h"
#include "slm/data/text_pieces.h"
#include "slm/text/utf8.h"

namespace slm::data {
namespace {

bool has_text(std::string_view text) { return !std::all_of(text.begin(), text.end(), is_space); }

class BlockParser {
 public:
  BlockParser(const CorpusBlock& block, const CorpusOptions& options,
              const std::function<void(const CorpusDocument&)>& use, SkipCounts& skips)
      : block_(block),
        options_(options),
        use_(use),
        skips_(skips),
        field_(options.text_column),
        max_piece_(max_piece_bytes(options)) {}

  void parse() {
    for (const CorpusBlock::Part& part : block_.parts) {
      source_ = block_.sources[part.source];
      line_ = part.first_line;
      const std::string_view bytes = std::string_view(block_.bytes).substr(part.begin, part.end - part.begin);
      switch (block_.format) {
        case BlockFormat::kDocuments:
          emit(bytes, part.is_start, part.is_end);
          break;
        case BlockFormat::kJsonLines:
          parse_lines(bytes);
          break;
        case BlockFormat::kJsonValues:
          parse_json(bytes);
          break;
        case BlockFormat::kCsvRows:
          parse_rows(bytes);
          break;
      }
    }
  }

 private:
  void parse_lines(std::string_view lines) {
    while (!lines.empty()) {
      const size_t newline = lines.find('\n');
      const std::string_view line = lines.substr(0, newline);
      if (static_cast<int64_t>(line.size()) > options_.max_record_bytes) {
        skip(SkipReason::kTooLong);
      } else if (has_text(line)) {
        parse_json(line);
      }
      ++line_;
      lines.remove_prefix(newline == std::string_view::npos ? lines.size() : newline + 1);
    }
  }

  void parse_json(std::string_view json) {
    std::string_view text;
    int64_t num_replaced = 0;
    switch (field_.find(json, scratch_, text, num_replaced)) {
      case JsonFieldResult::kFound:
        if (num_replaced > 0) skip(SkipReason::kInvalidUtf8, num_replaced);
        emit(text, true, true);
        break;
      case JsonFieldResult::kNotJson:
      case JsonFieldResult::kNotObject:
        skip(SkipReason::kNotJson);
        break;
      case JsonFieldResult::kMissing:
        skip(SkipReason::kNoColumn);
        break;
      case JsonFieldResult::kNull:
        skip(SkipReason::kNull);
        break;
      case JsonFieldResult::kNotString:
        skip(SkipReason::kWrongType);
        break;
    }
  }

  void parse_rows(std::string_view rows) {
    for (size_t at = 0; at < rows.size(); ++line_) {
      const CsvField field = read_csv_field(rows, at, block_.delimiter, block_.column, scratch_);
      const auto size = static_cast<int64_t>(field.row_end - at);
      at = field.row_end;
      if (field.is_blank_row) continue;
      if (size > options_.max_record_bytes) {
        skip(SkipReason::kTooLong);
      } else if (!field.is_there) {
        skip(SkipReason::kNoColumn);
      } else if (field.num_fields > block_.num_columns) {
        skip(SkipReason::kTooManyFields);
      } else {
        emit(field.text, true, true);
      }
    }
  }

  void emit(std::string_view text, bool is_start, bool is_end) {
    if (is_start && is_end && !has_text(text)) {
      skip(SkipReason::kEmpty);
      return;
    }
    if (!text::is_valid_utf8(text)) {
      int64_t num_replaced = 0;
      repaired_ = text::replace_invalid_utf8(text, &num_replaced);
      skip(SkipReason::kInvalidUtf8, num_replaced);
      text = repaired_;
    }
    for (; text.size() > max_piece_; is_start = false) {
      const size_t end = piece_end(text.substr(0, max_piece_));
      use_({.text = text.substr(0, end), .source = source_, .line = line_, .is_start = is_start, .is_end = false});
      text.remove_prefix(end);
    }
    use_({.text = text, .source = source_, .line = line_, .is_start = is_start, .is_end = is_end});
  }

  void skip(SkipReason reason, int64_t count = 1) {
    skip_row(options_, skips_, reason, {block_.index, source_, line_}, count);
  }

  const CorpusBlock& block_;
  const CorpusOptions& options_;
  const std::function<void(const CorpusDocument&)>& use_;
  SkipCounts& skips_;
  const JsonField field_;
  const size_t max_piece_;
  std::string_view source_;
  int64_t line_ = 0;
  std::string scratch_;
  std::string repaired_;
};

}  // namespace

void for_each_document(const CorpusBlock& block, const CorpusOptions& options,
                       const std::function<void(const CorpusDocument&)>& use, SkipCounts& skips) {
  BlockParser(block, options, use, skips).parse();
}

}  // namespace slm::data

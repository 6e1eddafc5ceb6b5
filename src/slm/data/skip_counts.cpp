#include "slm/data/skip_counts.h"

namespace slm::data {

std::string_view describe(SkipReason reason, int64_t count) {
  const auto form = [&](std::string_view one, std::string_view several) { return count == 1 ? one : several; };
  switch (reason) {
    case SkipReason::kInvalidUtf8:
      return form("place that is not UTF-8, replaced by U+FFFD", "places that are not UTF-8, each replaced by U+FFFD");
    case SkipReason::kEmpty:
      return form("empty document", "empty documents");
    case SkipReason::kNotJson:
      return form("line that is not a JSON object", "lines that are not JSON objects");
    case SkipReason::kNoColumn:
      return form("row without the text column", "rows without the text column");
    case SkipReason::kNull:
      return form("row whose text is null", "rows whose text is null");
    case SkipReason::kWrongType:
      return form("row whose text is not a string", "rows whose text is not a string");
    case SkipReason::kTooLong:
      return form("row that is too long", "rows that are too long");
    case SkipReason::kBadRow:
      return form("row with a quote that never closes", "rows with a quote that never closes");
    case SkipReason::kNoTokens:
      return form("document of which the tokenizer makes no token", "documents of which the tokenizer makes no token");
    case SkipReason::kTooManyFields:
      return form("row with more fields than columns", "rows with more fields than columns");
    case SkipReason::kBadFile:
      return form("file that could not be read to its end", "files that could not be read to their end");
  }
  return {};
}

void SkipCounts::add(SkipReason reason, int64_t block, std::string_view source, int64_t line, int64_t count,
                     std::string_view detail) {
  Entry& entry = entries_[static_cast<size_t>(reason)];
  if (entry.count == 0 || block < entry.first_block) {
    entry.first_block = block;
    entry.first_source = source;
    entry.first_line = line;
    entry.detail = detail;
  }
  entry.count += count;
}

void SkipCounts::merge(const SkipCounts& other) {
  for (size_t i = 0; i < kNumSkipReasons; ++i) {
    const Entry& from = other.entries_[i];
    if (from.count == 0) continue;
    add(static_cast<SkipReason>(i), from.first_block, from.first_source, from.first_line, from.count, from.detail);
  }
}

int64_t SkipCounts::num_skipped() const {
  int64_t sum = 0;
  for (size_t i = 0; i < kNumSkipReasons; ++i) {
    if (static_cast<SkipReason>(i) != SkipReason::kInvalidUtf8) sum += entries_[i].count;
  }
  return sum;
}

}  // namespace slm::data

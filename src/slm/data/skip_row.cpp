#include "slm/data/skip_row.h"

#include <fmt/format.h>

#include <string>

#include "slm/core/error.h"

namespace slm::data {
namespace {

// "the line is not a JSON object": what strict mode says about one offender.
std::string_view problem_of(SkipReason reason) {
  switch (reason) {
    case SkipReason::kInvalidUtf8:
      return "the text is not UTF-8";
    case SkipReason::kEmpty:
      return "the document is empty";
    case SkipReason::kNotJson:
      return "this is not a JSON object";
    case SkipReason::kNoColumn:
      return "there is no";
    case SkipReason::kNull:
      return "null is the value of";
    case SkipReason::kWrongType:
      return "no string is the value of";
    case SkipReason::kTooLong:
      return "the row is too long";
    case SkipReason::kBadRow:
      return "a quote in this row never closes";
    case SkipReason::kNoTokens:
      return "the tokenizer makes no token of the document";
    case SkipReason::kTooManyFields:
      return "this row has more fields than the first row names";
    case SkipReason::kBadFile:
      return "the file is damaged";
  }
  return {};
}

}  // namespace

void skip_row(const CorpusOptions& options, SkipCounts& skips, SkipReason reason, const RowPlace& place,
              int64_t count) {
  if (!options.strict) {
    skips.add(reason, place.block, place.source, place.line, count);
    return;
  }
  const bool is_about_column =
      reason == SkipReason::kNoColumn || reason == SkipReason::kNull || reason == SkipReason::kWrongType;
  const std::string path = place.line > 0 ? fmt::format("{}:{}", place.source, place.line) : std::string(place.source);
  throw FormatError(path, FormatError::kNoOffset,
                    fmt::format("{}{}; mend it, or leave --strict out to {} such places", problem_of(reason),
                                is_about_column ? fmt::format(" '{}'", options.text_column) : "",
                                reason == SkipReason::kInvalidUtf8 ? "repair" : "skip"));
}

}  // namespace slm::data

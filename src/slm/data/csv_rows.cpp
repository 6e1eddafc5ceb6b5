#include "slm/data/csv_rows.h"

#include <algorithm>
#include <cstring>

namespace slm::data {

size_t CsvRowFinder::next_end(std::string_view bytes, size_t at) {
  while (at < bytes.size()) {
    const char c = bytes[at];
    switch (state_) {
      case State::kAfterReturn:
        state_ = State::kFieldStart;
        if (c == '\n') return at + 1;
        return at;  // a lone \r
      case State::kQuoted: {
        const void* quote = std::memchr(bytes.data() + at, '"', bytes.size() - at);
        if (quote == nullptr) return std::string_view::npos;
        at = static_cast<size_t>(static_cast<const char*>(quote) - bytes.data());
        state_ = State::kQuoteInQuotes;
        break;
      }
      case State::kFieldStart:
      case State::kPlain:
      case State::kQuoteInQuotes:
        if (c == '"' && state_ != State::kPlain) {
          state_ = State::kQuoted;
        } else if (c == delimiter_) {
          state_ = State::kFieldStart;
        } else if (c == '\n') {
          state_ = State::kFieldStart;
          return at + 1;
        } else if (c == '\r') {
          state_ = State::kAfterReturn;
        } else {
          state_ = State::kPlain;
        }
        break;
    }
    ++at;
  }
  return std::string_view::npos;
}

CsvField read_csv_field(std::string_view bytes, size_t begin, char delimiter, size_t column, std::string& scratch) {
  CsvField field;
  size_t at = begin;
  const auto is_row_end = [&](size_t i) { return i == bytes.size() || bytes[i] == '\n' || bytes[i] == '\r'; };
  field.is_blank_row = is_row_end(at);
  for (size_t index = 0;; ++index) {
    const bool is_wanted = index == column;
    size_t plain_begin = at;
    if (at < bytes.size() && bytes[at] == '"') {
      if (is_wanted) scratch.clear();
      ++at;
      bool is_open = true;
      bool is_whole = true;  // one run of bytes without doubled quotes
      while (is_open) {
        size_t quote = bytes.find('"', at);
        if (quote == std::string_view::npos) quote = bytes.size();
        const bool is_doubled = quote + 1 < bytes.size() && bytes[quote + 1] == '"';
        is_open = is_doubled;
        if (is_wanted) {
          const std::string_view run = bytes.substr(at, quote - at + (is_doubled ? 1 : 0));
          if (is_whole && !is_doubled) {
            field.text = run;
          } else {
            scratch += run;
          }
        }
        if (is_doubled) is_whole = false;
        at = std::min(bytes.size(), quote + (is_doubled ? 2 : 1));
      }
      plain_begin = at;
      while (!is_row_end(at) && bytes[at] != delimiter) ++at;
      if (is_wanted && (!is_whole || at > plain_begin)) {
        if (is_whole) scratch = field.text;
        scratch += bytes.substr(plain_begin, at - plain_begin);
        field.text = scratch;
      }
    } else {
      while (!is_row_end(at) && bytes[at] != delimiter) ++at;
      if (is_wanted) field.text = bytes.substr(plain_begin, at - plain_begin);
    }
    if (is_wanted) field.is_there = true;
    field.num_fields = index + 1;
    if (is_row_end(at)) break;
    ++at;  // the delimiter
  }
  if (at < bytes.size() && bytes[at] == '\r') ++at;
  if (at < bytes.size() && bytes[at] == '\n') ++at;
  field.row_end = at;
  return field;
}

}  // namespace slm::data

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace slm::data {

// Comma- or tab-separated rows (RFC 4180): fields may stand in quotes, inside which a quote is written twice and line
// breaks belong to the field. As in Python's csv module, a quote inside a field that does not begin with one is an
// ordinary character, and so is what follows a closing quote. A row ends with \n, \r\n or \r.

// Finds the ends of rows in bytes that arrive piece by piece.
class CsvRowFinder {
 public:
  explicit CsvRowFinder(char delimiter) : delimiter_(delimiter) {}

  // Behind the next row that ends in `bytes` from `at` on; npos where none does. `at` is where the last call stopped:
  // the end of the bytes, or behind a row.
  size_t next_end(std::string_view bytes, size_t at);

  bool is_in_quotes() const { return state_ == State::kQuoted; }

 private:
  enum class State : uint8_t { kFieldStart, kPlain, kQuoted, kQuoteInQuotes, kAfterReturn };

  char delimiter_;
  State state_ = State::kFieldStart;
};

struct CsvField {
  std::string_view text;  // in the bytes, or in `scratch`
  bool is_there = false;  // the row has that many fields
  size_t num_fields = 0;  // of the row
  bool is_blank_row = false;
  size_t row_end = 0;
};

// Field `column` of the row that begins at `begin`.
CsvField read_csv_field(std::string_view bytes, size_t begin, char delimiter, size_t column, std::string& scratch);

}  // namespace slm::data

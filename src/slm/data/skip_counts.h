#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace slm::data {

// What a corpus reader passes over, or repairs, and goes on.
enum class SkipReason {
  kInvalidUtf8,    // not skipped: each ill-formed part became U+FFFD, and counts
  kEmpty,          // no text at all
  kNotJson,        // a line that is not JSON, or no object
  kNoColumn,       // the text column is missing
  kNull,           // the text column holds null
  kWrongType,      // the text column holds something else than a string
  kTooLong,        // a line or row beyond CorpusOptions::max_record_bytes
  kBadRow,         // a CSV row with a quote that never closes
  kNoTokens,       // text of which the tokenizer makes nothing, such as a lone U+200B for BERT
  kTooManyFields,  // a CSV row with more fields than the first row names: a delimiter in the text, not in quotes
  kBadFile,        // a file that could not be read to its end (only with skip_bad_files)
};
inline constexpr size_t kNumSkipReasons = 11;

// "lines that are not JSON objects", "line that is not a JSON object" for one: what a report says after the number.
std::string_view describe(SkipReason reason, int64_t count);

// How often each reason occurred and where first. Counts of different blocks merge to the same sum in any order.
class SkipCounts {
 public:
  struct Entry {
    int64_t count = 0;
    int64_t first_block = 0;   // CorpusBlock::index
    std::string first_source;  // the file, with the path inside archives
    int64_t first_line = 0;    // from 1; rows in CSV and Parquet; 0 where lines mean nothing
    std::string detail;        // more about the first, or empty
  };

  void add(SkipReason reason, int64_t block, std::string_view source, int64_t line, int64_t count = 1,
           std::string_view detail = {});
  void merge(const SkipCounts& other);

  const Entry& operator[](SkipReason reason) const { return entries_[static_cast<size_t>(reason)]; }
  int64_t num_skipped() const;  // documents and files that are missing: all but kInvalidUtf8

 private:
  std::array<Entry, kNumSkipReasons> entries_;
};

}  // namespace slm::data

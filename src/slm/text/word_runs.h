#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/storage/system_calls.h"
#include "slm/text/word_counts.h"

namespace slm::text {

// Counted words that do not fit into memory: sorted runs in a file without a name, which the system removes when the
// process ends, however it ends. A word is its length, its bytes and its count, numbers as LEB128.
class WordRuns {
 public:
  using Visit = std::function<void(std::string_view word, int64_t count)>;

  // Throws IoError, as all functions here do, where the disk does not play along: it is full, for one.
  explicit WordRuns(const std::string& folder, storage::SystemCalls& calls = storage::system_calls());
  ~WordRuns();
  WordRuns(const WordRuns&) = delete;
  WordRuns& operator=(const WordRuns&) = delete;

  // The words of all tables as one more run.
  void append(const std::vector<WordCounts>& tables);
  // Makes one run of all.
  void merge();

  int64_t num_words() const;  // in all runs
  // All words in the order of their bytes, each once; reads the runs side by side.
  void for_each(const Visit& visit) const;

 private:
  class Reader;
  struct Run {
    int64_t begin, end;  // bytes
    int64_t num_words;
  };

  void open();
  void write(std::string_view word, int64_t count);
  void flush();

  std::string folder_;
  storage::SystemCalls& calls_;
  int file_ = -1;
  std::string buffer_;  // not yet in the file
  int64_t end_ = 0;     // of the file, once buffer_ is in it
  std::vector<Run> runs_;
};

}  // namespace slm::text

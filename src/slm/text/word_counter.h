#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/storage/system_calls.h"
#include "slm/text/counted_words.h"
#include "slm/text/word_counts.h"

namespace slm::text {

struct WordCounterOptions {
  // What counting may take, at least about 20 MB; beyond it counts move to a file.
  std::optional<int64_t> max_memory_bytes = {};
  std::string temporary_folder = ".";  // for that file, which has no name and goes when the process does
  // Whether a long text may be split where a line that does not end in white space is followed by an ASCII letter: no
  // word must span such a place, nor depend on what is on its other side.
  bool may_cut_at_lines = true;
};

// Counts the words of texts, on all threads of parallel_for. The result depends neither on their number nor on the
// order of the texts nor on the memory.
class WordCounter {
 public:
  // Adds the words of a text to `words`. Is called from several threads at once.
  using Split = std::function<void(std::string_view text, WordCounts& words)>;

  WordCounter(Split split, WordCounterOptions options, storage::SystemCalls& calls = storage::system_calls());
  ~WordCounter();

  // Throws IoError when counts have to be written and cannot be.
  void add(std::string_view text);

  // The texts of several sources: `read(i, add)` calls `add` for each text of source i. Sources are read on several
  // threads, texts as they are, not cut.
  void add(int64_t num_sources, const std::function<void(int64_t, const std::function<void(std::string_view)>&)>& read);

  // The words of all texts; none are left here.
  CountedWords finish();

 private:
  void count_gathered();
  void count(const std::vector<std::string_view>& texts);
  void spill_if_needed();
  void spill();

  Split split_;
  WordCounterOptions options_;
  storage::SystemCalls& calls_;
  std::string gathered_;               // short texts, one after the other
  std::vector<size_t> ends_;           // of each in gathered_
  std::vector<WordCounts> tables_;     // one for each thread
  std::unique_ptr<WordRuns> spilled_;  // once there was not enough memory
};

}  // namespace slm::text

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "slm/text/word_counts.h"
#include "slm/text/word_runs.h"

namespace slm::text {

// Distinct words with their counts, in memory or in a file: what a tokenizer is trained on.
class CountedWords {
 public:
  using Visit = std::function<void(std::string_view word, int64_t count)>;

  // Tables that have no word in common.
  explicit CountedWords(std::vector<WordCounts> tables) : tables_(std::move(tables)) {}
  // One run.
  explicit CountedWords(std::unique_ptr<const WordRuns> run) : run_(std::move(run)) {}

  int64_t size() const;

  // Each word once, in no particular order. Throws IoError where the file cannot be read.
  void for_each(const Visit& visit) const;
  // In the order of their bytes.
  void for_each_sorted(const Visit& visit) const;

 private:
  std::vector<WordCounts> tables_;
  std::unique_ptr<const WordRuns> run_;
};

// The words of tables that may have some in common, in the order of their bytes, each once.
void for_each_sorted(const std::vector<WordCounts>& tables, const CountedWords::Visit& visit);

}  // namespace slm::text

#include "slm/text/counted_words.h"

#include <algorithm>

namespace slm::text {

void for_each_sorted(const std::vector<WordCounts>& tables, const CountedWords::Visit& visit) {
  std::vector<WordCounts::Word> words;
  size_t size = 0;
  for (const WordCounts& table : tables) size += table.size();
  words.reserve(size);
  for (const WordCounts& table : tables) {
    for (size_t i = 0; i < table.size(); ++i) words.push_back(table[i]);
  }
  std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
  for (size_t i = 0; i < words.size();) {
    int64_t count = 0;
    const std::string_view text = words[i].text;
    for (; i < words.size() && words[i].text == text; ++i) count += words[i].count;
    visit(text, count);
  }
}

int64_t CountedWords::size() const {
  if (run_) return run_->num_words();
  size_t size = 0;
  for (const WordCounts& table : tables_) size += table.size();
  return static_cast<int64_t>(size);
}

void CountedWords::for_each(const Visit& visit) const {
  if (run_) return run_->for_each(visit);
  for (const WordCounts& table : tables_) {
    for (size_t i = 0; i < table.size(); ++i) visit(table[i].text, table[i].count);
  }
}

void CountedWords::for_each_sorted(const Visit& visit) const {
  if (run_) return run_->for_each(visit);
  text::for_each_sorted(tables_, visit);
}

}  // namespace slm::text

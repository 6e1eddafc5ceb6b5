#include "slm/text/word_counter.h"

#include <algorithm>
#include <utility>

#include "slm/core/parallel.h"

namespace slm::text {
namespace {

constexpr size_t kGatheredBytes = size_t{2} << 20;  // short texts are counted together once there are so many bytes
constexpr size_t kPartBytes = size_t{128} << 10;    // a longer text may be cut
constexpr size_t kStepBytes = size_t{8} << 20;      // memory is looked at that often

bool is_ascii_letter(char c) { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }

// The first place from `from` on where a text may be cut, or its end.
size_t next_cut(std::string_view text, size_t from) {
  for (size_t at = std::max<size_t>(from, 1);; ++at) {
    at = text.find('\n', at);
    if (at == std::string_view::npos || at + 1 >= text.size()) return text.size();
    const char before = text[at - 1];
    if (before > ' ' && before < 0x7F && is_ascii_letter(text[at + 1])) return at + 1;
  }
}

}  // namespace

WordCounter::WordCounter(Split split, WordCounterOptions options, storage::SystemCalls& calls)
    : split_(std::move(split)),
      options_(std::move(options)),
      calls_(calls),
      tables_(static_cast<size_t>(num_threads())) {}

WordCounter::~WordCounter() = default;

void WordCounter::add(std::string_view text) {
  if (text.size() < kPartBytes) {
    gathered_ += text;
    ends_.push_back(gathered_.size());
    if (gathered_.size() >= kGatheredBytes) count_gathered();
    return;
  }
  if (!options_.may_cut_at_lines) return count({text});
  std::vector<std::string_view> parts;
  for (size_t begin = 0, step_begin = 0; begin < text.size();) {
    const size_t end = next_cut(text, std::min(text.size(), begin + kPartBytes));
    parts.push_back(text.substr(begin, end - begin));
    begin = end;
    if (begin < text.size() && begin - step_begin < kStepBytes) continue;
    count(parts);
    parts.clear();
    step_begin = begin;
  }
}

void WordCounter::count_gathered() {
  std::vector<std::string_view> texts;
  texts.reserve(ends_.size());
  size_t begin = 0;
  for (const size_t end : ends_) {
    texts.push_back(std::string_view(gathered_).substr(begin, end - begin));
    begin = end;
  }
  count(texts);
  gathered_.clear();
  ends_.clear();
}

void WordCounter::count(const std::vector<std::string_view>& texts) {
  // Each thread gets neighbouring texts with about the same number of bytes in all.
  size_t total = 0;
  for (const std::string_view text : texts) total += text.size();
  std::vector<size_t> first_of(tables_.size() + 1, texts.size());
  size_t table = 0, done = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    while (table < tables_.size() && done * tables_.size() >= total * table) first_of[table++] = i;
    done += texts[i].size();
  }
  parallel_for(0, static_cast<int64_t>(tables_.size()), 1, [&](int64_t first, int64_t last) {
    for (auto t = static_cast<size_t>(first); t < static_cast<size_t>(last); ++t) {
      for (size_t i = first_of[t]; i < first_of[t + 1]; ++i) split_(texts[i], tables_[t]);
    }
  });
  spill_if_needed();
}

void WordCounter::add(int64_t num_sources,
                      const std::function<void(int64_t, const std::function<void(std::string_view)>&)>& read) {
  const auto num_tables = static_cast<int64_t>(tables_.size());
  parallel_for(0, std::min(num_tables, num_sources), 1, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; ++t) {
      WordCounts& words = tables_[static_cast<size_t>(t)];
      const auto add_text = [&](std::string_view text) { split_(text, words); };
      for (int64_t source = t; source < num_sources; source += num_tables) read(source, add_text);
    }
  });
  spill_if_needed();
}

void WordCounter::spill_if_needed() {
  if (!options_.max_memory_bytes) return;
  int64_t size_bytes = 0;
  for (const WordCounts& words : tables_) size_bytes += words.size_bytes();
  // A table that grows holds its old and its new memory at once, and sorting takes as much again.
  if (size_bytes > (*options_.max_memory_bytes - static_cast<int64_t>(kStepBytes)) / 3) spill();
}

void WordCounter::spill() {
  if (!spilled_) spilled_ = std::make_unique<WordRuns>(options_.temporary_folder, calls_);
  spilled_->append(tables_);
  for (WordCounts& words : tables_) words = {};
}

CountedWords WordCounter::finish() {
  count_gathered();
  if (spilled_) {
    spill();
    spilled_->merge();
    return CountedWords(std::move(spilled_));
  }
  if (tables_.size() == 1) return CountedWords(std::exchange(tables_, std::vector<WordCounts>(1)));
  std::vector<WordCounts> parts(tables_.size());
  parallel_for(0, static_cast<int64_t>(parts.size()), 1, [&](int64_t first, int64_t last) {
    for (auto part = static_cast<size_t>(first); part < static_cast<size_t>(last); ++part) {
      for (const WordCounts& table : tables_) parts[part].add_part(table, part, parts.size());
    }
  });
  tables_ = std::vector<WordCounts>(tables_.size());
  return CountedWords(std::move(parts));
}

}  // namespace slm::text

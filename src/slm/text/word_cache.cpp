#include "slm/text/word_cache.h"

#include <algorithm>

namespace slm::text {

void WordCache::insert(const ShortWord& word, std::span<const int32_t> ids) {
  Short entry;
  if (ids.empty() || ids.size() > entry.ids.size()) return;
  const size_t place = place_of(word);
  short_[place ^ 1] = short_[place];
  entry.word = word;
  std::copy(ids.begin(), ids.end(), entry.ids.begin());
  entry.count = static_cast<uint32_t>(ids.size());
  short_[place] = entry;
}

std::span<const int32_t> WordCache::find_long(std::string_view word, uint64_t hash) const {
  const Long& entry = long_[hash % kNumLong];
  const bool is_it = entry.hash == hash && entry.key_length == word.size() &&
                     std::string_view(keys_).substr(entry.key_begin, entry.key_length) == word;
  if (!is_it || word.empty()) return {};
  return std::span(ids_).subspan(entry.ids_begin, entry.num_ids);
}

void WordCache::insert_long(std::string_view word, uint64_t hash, std::span<const int32_t> ids) {
  if (word.size() > kMaxLongWordBytes || ids.empty()) return;
  if (keys_.size() + word.size() > kMaxArena || ids_.size() + ids.size() > kMaxArena / 4) {
    std::fill(long_.begin(), long_.end(), Long{});
    keys_.clear();
    ids_.clear();
  }
  long_[hash % kNumLong] = {hash, static_cast<uint32_t>(keys_.size()), static_cast<uint32_t>(word.size()),
                            static_cast<uint32_t>(ids_.size()), static_cast<uint32_t>(ids.size())};
  keys_ += word;
  ids_.insert(ids_.end(), ids.begin(), ids.end());
}

}  // namespace slm::text

#include "slm/text/word_cache.h"

#include <algorithm>

namespace slm::text {

std::span<const int32_t> WordCache::find_long(std::string_view word, uint64_t hash) {
  if (word.empty()) return {};
  if (word.size() <= WordTable::kMaxMediumBytes) {
    const size_t count = table_.find_medium(word, hash, medium_ids_.data());
    if (count > 0) return {medium_ids_.data(), count};
  }
  const Long& entry = long_[hash % kNumLong];
  const bool is_it = entry.hash == hash && entry.key_length == word.size() &&
                     std::string_view(keys_).substr(entry.key_begin, entry.key_length) == word;
  if (!is_it) return {};
  return std::span(ids_).subspan(entry.ids_begin, entry.num_ids);
}

void WordCache::insert_long(std::string_view word, uint64_t hash, std::span<const int32_t> ids) {
  if (word.size() > kMaxLongBytes || word.empty() || ids.empty()) return;
  if (word.size() <= WordTable::kMaxMediumBytes && ids.size() <= WordTable::kMaxMediumIds) {
    return table_.insert_medium(word, hash, ids);
  }
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

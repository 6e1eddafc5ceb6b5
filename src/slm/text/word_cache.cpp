#include "slm/text/word_cache.h"

#include <algorithm>
#include <cstring>

namespace slm::text {

PackedIds PackedIds::of(std::span<const int32_t> ids) {
  PackedIds packed = elsewhere();
  const bool is_narrow = std::all_of(ids.begin(), ids.end(), [](int32_t id) { return id <= UINT16_MAX; });
  if (is_narrow && ids.size() <= kMaxNarrow) {
    std::transform(ids.begin(), ids.end(), packed.parts, [](int32_t id) { return static_cast<uint16_t>(id); });
    packed.parts[kRoom - 1] = static_cast<uint16_t>(ids.size());
  } else if (ids.size() <= kMaxWide) {
    for (size_t i = 0; i < ids.size(); ++i) {
      packed.parts[2 * i] = static_cast<uint16_t>(ids[i] & UINT16_MAX);
      packed.parts[2 * i + 1] = static_cast<uint16_t>(ids[i] >> 16);
    }
    packed.parts[kRoom - 1] = static_cast<uint16_t>(kWide + ids.size());
  }
  return packed;
}

WordCache::WordCache() : short_((kNumPlaces + 1) * kWays), medium_(kNumMedium), long_(kNumLong) {}

std::span<const int32_t> WordCache::find_long(std::string_view word, uint64_t hash) const {
  if (word.size() <= kMaxMediumBytes) {
    const Medium& entry = medium_[hash % kNumMedium];
    const bool is_it = entry.length == word.size() && std::memcmp(entry.word.data(), word.data(), word.size()) == 0;
    if (is_it) return {entry.ids.data(), entry.count};
  }
  const Long& entry = long_[hash % kNumLong];
  const bool is_it = entry.hash == hash && entry.key_length == word.size() &&
                     std::string_view(keys_).substr(entry.key_begin, entry.key_length) == word;
  if (!is_it || word.empty()) return {};
  return std::span(ids_).subspan(entry.ids_begin, entry.num_ids);
}

void WordCache::insert_long(std::string_view word, uint64_t hash, std::span<const int32_t> ids) {
  if (word.size() > kMaxLongBytes || word.empty() || ids.empty()) return;
  if (word.size() <= kMaxMediumBytes && ids.size() <= kMaxMediumIds) {
    Medium& entry = medium_[hash % kNumMedium];
    std::copy(word.begin(), word.end(), entry.word.begin());
    entry.length = static_cast<uint8_t>(word.size());
    std::copy(ids.begin(), ids.end(), entry.ids.begin());
    entry.count = static_cast<uint32_t>(ids.size());
    return;
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

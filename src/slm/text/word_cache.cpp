#include "slm/text/word_cache.h"

#include <algorithm>
#include <new>

namespace slm::text {
namespace {

constexpr size_t kLine = 64;  // bytes of a cache line

}  // namespace

const std::array<ShortWord::Mask, ShortWord::kMaxBytes + 1> ShortWord::kMasks = [] {
  std::array<Mask, kMaxBytes + 1> masks{};
  for (size_t length = 0; length < masks.size(); ++length) {
    const auto ones = [](size_t bytes) { return bytes >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * bytes)) - 1; };
    masks[length] = {ones(length), length <= 8 ? 0 : ones(length - 8)};
  }
  return masks;
}();

template <typename T>
WordCache::Table<T>::Table(size_t size) : memory_(std::calloc(size * sizeof(T) + kLine, 1)) {
  static_assert(kLine % sizeof(T) == 0);
  if (!memory_) throw std::bad_alloc();
  const auto address = reinterpret_cast<uintptr_t>(memory_.get());
  entries_ = reinterpret_cast<T*>((address + kLine - 1) / kLine * kLine);
}

WordCache::WordCache() : short_(size_t{1} << kShortBits), medium_(kNumMedium), long_(kNumLong) {}

void WordCache::insert(const ShortWord& word, uint32_t place, std::string_view text, uint64_t hash,
                       std::span<const int32_t> ids) {
  if (ids.empty()) return;
  Short& entry = short_[place];
  if (entry.word != word) short_[place ^ 1] = entry;
  entry.word = word;
  const bool is_narrow = std::all_of(ids.begin(), ids.end(), [](int32_t id) { return id <= UINT16_MAX; });
  uint32_t count = kElsewhere;
  if (is_narrow && ids.size() <= kMaxNarrow) {
    std::transform(ids.begin(), ids.end(), entry.parts, [](int32_t id) { return static_cast<uint16_t>(id); });
    count = static_cast<uint32_t>(ids.size());
  } else if (ids.size() <= kMaxWide) {
    for (size_t i = 0; i < ids.size(); ++i) {
      entry.parts[2 * i] = static_cast<uint16_t>(ids[i] & UINT16_MAX);
      entry.parts[2 * i + 1] = static_cast<uint16_t>(ids[i] >> 16);
    }
    count = kWide + static_cast<uint32_t>(ids.size());
  } else {
    insert_long(text, hash, ids);
  }
  entry.parts[kRoom - 1] = static_cast<uint16_t>(count);
}

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

#include "slm/text/word_counts.h"

#include <algorithm>

#include "slm/text/string_hash.h"

namespace slm::text {

void WordCounts::add(std::string_view word, int64_t count) {
  if (slots_.size() < 2 * (entries_.size() + 1)) grow();
  const auto hash = static_cast<uint32_t>(hash_bytes(word) >> 32);
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  for (; slots_[slot] != kEmpty; slot = (slot + 1) & mask) {
    Entry& entry = entries_[slots_[slot]];
    if (entry.hash == hash && std::string_view(bytes_).substr(entry.begin, entry.length) == word) {
      entry.count += count;
      return;
    }
  }
  slots_[slot] = static_cast<uint32_t>(entries_.size());
  entries_.push_back({bytes_.size(), static_cast<uint32_t>(word.size()), hash, count});
  bytes_ += word;
}

void WordCounts::grow() {
  slots_.assign(std::max<size_t>(1024, slots_.size() * 2), kEmpty);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t slot = entries_[i].hash & mask;
    while (slots_[slot] != kEmpty) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(i);
  }
}

int64_t WordCounts::size_bytes() const {
  return static_cast<int64_t>(bytes_.capacity() + entries_.capacity() * sizeof(Entry) +
                              slots_.capacity() * sizeof(uint32_t));
}

}  // namespace slm::text

#include "slm/text/word_counts.h"

#include <fmt/format.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/text/string_hash.h"

namespace slm::text {

void WordCounts::add_long(std::string_view word, int64_t count) {
  const uint64_t hash = hash_bytes(word);
  for (size_t slot = find_room(hash);; slot = (slot + 1) & mask_) {
    const Slot found = slots_[slot];
    if (found.entry == kEmpty) {
      insert(slot, hash, {{bytes_.size(), kLong | word.size()}, count});
      bytes_ += word;
      return;
    }
    Entry& entry = entries_[found.entry];
    if (found.hash != fingerprint(hash) || entry.word.high != (kLong | word.size()) || long_text(entry) != word)
      continue;
    entry.count += count;
    return;
  }
}

void WordCounts::insert(size_t slot, uint64_t hash, const Entry& entry) {
  slots_[slot] = {fingerprint(hash), static_cast<uint32_t>(entries_.size())};
  entries_.push_back(entry);
}

uint64_t WordCounts::hash_of(const Entry& entry) const {
  return entry.word.high >= kLong ? hash_bytes(long_text(entry)) : hash_of(entry.word);
}

void WordCounts::add_part(const WordCounts& other, uint64_t part, uint64_t num_parts) {
  for (size_t i = 0; i < other.entries_.size(); ++i) {
    const Entry& entry = other.entries_[i];
    // The upper half: the lower bits choose slots, and words of one part must not crowd there.
    if ((other.hash_of(entry) >> 40) % num_parts != part) continue;
    if (entry.word.high >= kLong) {
      add_long(other.long_text(entry), entry.count);
    } else {
      add(entry.word, entry.count);
    }
  }
}

WordCounts::Word WordCounts::operator[](size_t index) const {
  const Entry& entry = entries_[index];
  if (entry.word.high >= kLong) return {long_text(entry), entry.count};
  return {{reinterpret_cast<const char*>(&entry.word), entry.word.high >> 56}, entry.count};
}

void WordCounts::grow() {
  constexpr size_t kMaxEntries = size_t{1} << 31;
  if (entries_.size() >= kMaxEntries) {
    throw Error(fmt::format("[word counts] more than {} distinct words: train on less text", kMaxEntries));
  }
  slots_.assign(std::max<size_t>(1024, slots_.size() * 2), {0, kEmpty});
  mask_ = slots_.size() - 1;
  capacity_ = slots_.size() / 2;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const uint64_t hash = hash_of(entries_[i]);
    size_t slot = hash & mask_;
    while (slots_[slot].entry != kEmpty) slot = (slot + 1) & mask_;
    slots_[slot] = {fingerprint(hash), static_cast<uint32_t>(i)};
  }
}

void WordCounts::clear() {
  entries_.clear();
  bytes_.clear();
  std::fill(slots_.begin(), slots_.end(), Slot{0, kEmpty});
}

int64_t WordCounts::size_bytes() const {
  return static_cast<int64_t>(bytes_.capacity() + entries_.capacity() * sizeof(Entry) +
                              slots_.capacity() * sizeof(Slot));
}

}  // namespace slm::text

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace slm::text {

// A few words of memory that threads read and write at the same time without waiting: a sequence lock whose version is
// in the last word (H.-J. Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012). Who
// reads gets all words of one write, or nothing. Begins as zeros, as memory does that is new.
template <size_t kNumWords>
class alignas(kNumWords * sizeof(uint64_t)) VersionedWords {
 public:
  using Words = std::array<uint64_t, kNumWords>;
  // In the last word: the version, and beside it a mark of the content, which must not be kBeingWritten.
  static constexpr int kVersionShift = 52, kMarkShift = 48;
  static constexpr uint64_t kMaxMark = 15, kBeingWritten = 14;
  static constexpr uint64_t mark_of(uint64_t last) { return last >> kMarkShift & kMaxMark; }

  // Reads the words, the version among them; they are of one write if the result is 0 and the mark not kBeingWritten.
  // So who looks for some words may take all comparisons together.
  uint64_t read(Words& words) {
    const uint64_t last = load(kLast);
    // Not a loop, which compilers leave one.
    [&]<size_t... kIndex>(std::index_sequence<kIndex...>) { ((words[kIndex] = load(kIndex)), ...); }
    (std::make_index_sequence<kLast>());
    words[kLast] = last;
    return std::atomic_ref(words_[kLast]).load(std::memory_order_relaxed) ^ last;
  }

  bool read_whole(Words& words) { return read(words) == 0 && mark_of(words[kLast]) != kBeingWritten; }

  bool is_unused() { return std::atomic_ref(words_[kLast]).load(std::memory_order_relaxed) == 0; }

  // False, and nothing is written, where another thread writes, or versions have come to their end: one that came again
  // could hide a write from who reads.
  bool write(const Words& words) {
    const std::atomic_ref last(words_[kLast]);
    uint64_t old = last.load(std::memory_order_relaxed);
    const uint64_t version = old >> kVersionShift;
    if (version == kMaxVersion || mark_of(old) == kBeingWritten) return false;
    const uint64_t being_written = version << kVersionShift | kBeingWritten << kMarkShift;
    if (!last.compare_exchange_strong(old, being_written, std::memory_order_acquire)) return false;
    // Each store is a release, so that who sees it sees the mark, too.
    for (size_t i = 0; i < kLast; ++i) std::atomic_ref(words_[i]).store(words[i], std::memory_order_release);
    last.store((words[kLast] & kContent) | (version + 1) << kVersionShift, std::memory_order_release);
    return true;
  }

 private:
  static constexpr size_t kLast = kNumWords - 1;
  static constexpr uint64_t kMaxVersion = (uint64_t{1} << (64 - kVersionShift)) - 1;
  static constexpr uint64_t kContent = (uint64_t{1} << kVersionShift) - 1;

  uint64_t load(size_t i) { return std::atomic_ref(words_[i]).load(std::memory_order_acquire); }

  uint64_t words_[kNumWords];
};

}  // namespace slm::text

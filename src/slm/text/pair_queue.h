#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

namespace slm::text {

// A pair of tokens that may be merged next: its count when it was queued, and the words that had got it.
struct Candidate {
  int64_t count;
  uint64_t pair;
  std::span<uint32_t> words;  // the queue's memory: allocate_words(), release_words()

  // Later in the order of merging: a smaller count, then a larger pair.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

// Candidates, the one with the largest count, then the smallest pair first. Most are never asked for: they wait in
// buckets by the magnitude of their counts, and only the bucket of the largest is a heap.
class PairQueue {
 public:
  std::span<uint32_t> allocate_words(size_t size) {
    return {static_cast<uint32_t*>(words_.allocate(size * sizeof(uint32_t), alignof(uint32_t))), size};
  }
  void release_words(std::span<uint32_t> words) {
    words_.deallocate(words.data(), words.size_bytes(), alignof(uint32_t));
  }

  // `count` must be at least 1.
  void push(const Candidate& candidate) {
    const size_t bucket = bucket_of(candidate.count);
    buckets_[bucket].push_back(candidate);
    if (bucket == heap_) {
      std::push_heap(buckets_[bucket].begin(), buckets_[bucket].end());
    } else if (bucket > heap_) {
      make_heap(bucket);
    }
  }

  bool empty() {
    while (buckets_[heap_].empty() && heap_ > 0) make_heap(heap_ - 1);
    return buckets_[heap_].empty();
  }

  // The queue must not be empty.
  Candidate pop() {
    auto& heap = buckets_[heap_];
    std::pop_heap(heap.begin(), heap.end());
    const Candidate top = heap.back();
    heap.pop_back();
    return top;
  }

 private:
  static size_t bucket_of(int64_t count) { return static_cast<size_t>(std::bit_width(static_cast<uint64_t>(count))); }
  void make_heap(size_t bucket) {
    heap_ = bucket;
    std::make_heap(buckets_[bucket].begin(), buckets_[bucket].end());
  }

  std::pmr::unsynchronized_pool_resource words_;
  std::vector<Candidate> buckets_[65];  // by the number of bits of the count
  size_t heap_ = 0;                     // the bucket that is a heap; those above are empty
};

}  // namespace slm::text

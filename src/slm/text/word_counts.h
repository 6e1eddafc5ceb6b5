#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slm::text {

// How often each word came.
class WordCounts {
 public:
  struct Word {
    std::string_view text;
    int64_t count;
  };

  void add(std::string_view word, int64_t count = 1);

  size_t size() const { return entries_.size(); }
  // In the order in which they first came. The texts stay valid until the next add().
  Word operator[](size_t index) const {
    const Entry& entry = entries_[index];
    return {std::string_view(bytes_).substr(entry.begin, entry.length), entry.count};
  }
  int64_t size_bytes() const;

 private:
  struct Entry {
    uint64_t begin;
    uint32_t length;
    uint32_t hash;
    int64_t count;
  };
  static constexpr uint32_t kEmpty = UINT32_MAX;

  void grow();

  std::string bytes_;  // all words, one after the other
  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // indices of entries_; open addressing, a power of two, at most half full
};

}  // namespace slm::text

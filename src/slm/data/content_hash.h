#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace slm::data {

// XXH64 with seed 0 (the xxHash specification, revision 0.2.0): what tells documents apart, and decides which of them
// are validated on. 64 bits: among ten million different documents two share a hash once in 370,000 corpora.
uint64_t content_hash(std::string_view bytes);

// The same of bytes that come one after the other.
class ContentHasher {
 public:
  void update(std::span<const std::byte> bytes);
  uint64_t hash() const;

 private:
  std::array<uint64_t, 4> lanes_ = {};  // once there were 32 bytes
  std::array<char, 32> rest_ = {};      // what does not fill a stripe
  uint64_t size_ = 0;
};

// The hash of a sequence that `next` is added to.
uint64_t chained_hash(uint64_t chain, uint64_t next);

// Whether the document with this hash belongs to a part of `fraction` of all: a function of its content alone, so no
// order of the corpus and no second run moves a document from one part to the other.
bool is_chosen(uint64_t hash, double fraction);

}  // namespace slm::data

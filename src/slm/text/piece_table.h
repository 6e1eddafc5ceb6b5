#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "slm/text/vocabulary.h"

namespace slm::text {

// Finds the longest token that a text begins with, among those that begin a word or among those that go on with one.
class PieceTable {
 public:
  struct Found {
    int32_t id = kNoToken;
    size_t length = 0;  // bytes of the text
  };

  // Tokens that begin with `prefix` go on with a word, without the prefix; all are tokens that begin one. `vocabulary`
  // must outlive the table.
  PieceTable(const Vocabulary& vocabulary, std::string_view prefix);

  Found longest(std::string_view text, bool goes_on) const;

 private:
  // Hashes of every beginning of the text are made in one pass; the filter then says for most of them that no token is
  // so spelled, and only the others are looked up.
  static constexpr int kFilterBits = 19;
  static constexpr uint64_t kFirstSeed = 0x243F6A8885A308D3u, kNextSeed = 0x13198A2E03707344u;

  struct Slot {
    uint32_t hash = 0;
    int32_t id = kNoToken;
  };

  static uint64_t step(uint64_t hash, char byte) {
    return (hash ^ static_cast<unsigned char>(byte)) * 0x9E3779B97F4A7C15u ^ hash >> 29;
  }
  static uint64_t filter_bit(uint64_t hash) { return hash >> (64 - kFilterBits); }
  std::string_view spelling(int32_t id, bool goes_on) const {
    return vocabulary_.token(id).substr(goes_on ? prefix_bytes_ : 0);
  }
  void add(int32_t id, bool goes_on);
  int32_t find(std::string_view text, uint64_t hash, bool goes_on) const;

  const Vocabulary& vocabulary_;
  size_t prefix_bytes_;
  std::vector<Slot> slots_[2];    // by goes_on; open addressing; a power of two, at most half full
  std::vector<uint64_t> filter_;  // of both: their hashes begin with different seeds
  size_t longest_[2] = {0, 0};
};

}  // namespace slm::text

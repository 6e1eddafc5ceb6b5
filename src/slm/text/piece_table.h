#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "slm/text/short_word.h"
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

  // The same for a text of `length` bytes, at most ShortWord::kMaxBytes; its length need not be set in `text`.
  Found longest(const ShortWord& text, size_t length, bool goes_on) const;

 private:
  // What the hash of the beginning of a text says: that no piece begins so, or that none is so spelled. It says so for
  // most of which it is true, and for no others.
  class Filter {
   public:
    enum Answer : unsigned { kNothing = 0, kMayBegin = 1, kMayBe = 2 };  // sums
    void add(uint64_t hash, Answer answer) { words_[word_of(hash)] |= uint64_t{answer} << shift_of(hash); }
    unsigned ask(uint64_t hash) const { return static_cast<unsigned>(words_[word_of(hash)] >> shift_of(hash)) & 3; }

   private:
    static constexpr int kBits = 19;
    static size_t word_of(uint64_t hash) { return hash >> (64 - kBits + 5); }
    static int shift_of(uint64_t hash) { return static_cast<int>(hash >> (64 - kBits) & 31) * 2; }
    std::vector<uint64_t> words_ = std::vector<uint64_t>((size_t{1} << kBits) / 32);
  };

  // Pieces of at most ShortWord::kMaxBytes, open addressing by the highest bits of the hash, at most two thirds full.
  struct ShortPieces {
    std::vector<ShortWord> keys;
    std::vector<int32_t> ids;
    int shift = 0;  // of a hash to its place
  };
  // Longer ones.
  struct LongPiece {
    uint32_t hash = 0;
    int32_t id = kNoToken;
  };

  static ShortWord key_of(const ShortWord& piece, bool goes_on) {
    return {piece.low, piece.high | uint64_t{goes_on} << 63};  // the length has its bits below
  }
  // Of a long text, byte by byte.
  static constexpr uint64_t kSeeds[2] = {0x243F6A8885A308D3u, 0x13198A2E03707344u};  // by goes_on
  static uint64_t step(uint64_t hash, char byte) {
    return (hash ^ static_cast<unsigned char>(byte)) * 0x9E3779B97F4A7C15u ^ hash >> 29;
  }

  std::string_view spelling(int32_t id, bool goes_on) const {
    return vocabulary_.token(id).substr(goes_on ? prefix_bytes_ : 0);
  }
  template <typename Visit>
  void for_each_piece(std::string_view prefix, const Visit& visit) const;
  void add(std::string_view text, int32_t id, bool goes_on);
  // Bit i: a piece may have the first i bytes of the text; kMayGoOn: one may begin with all of them.
  static constexpr uint32_t kMayGoOn = 1;
  uint32_t candidates(const ShortWord& text, size_t length, bool goes_on) const;
  Found longest_of(uint32_t lengths, const ShortWord& text, bool goes_on) const;
  int32_t find_long(std::string_view text, uint64_t hash, bool goes_on) const;
  Found longest_long(std::string_view text, bool goes_on) const;

  const Vocabulary& vocabulary_;
  size_t prefix_bytes_;
  ShortPieces short_;
  std::vector<LongPiece> long_[2];  // by goes_on; open addressing; a power of two, at most half full
  Filter filter_;
  size_t longest_[2] = {0, 0};  // of all pieces, by goes_on
};

}  // namespace slm::text

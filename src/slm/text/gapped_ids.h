#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "slm/text/byte_block.h"
#include "slm/text/word_cache.h"
#include "slm/text/words_ahead.h"

namespace slm::text {

// Ids of a text in order, with gaps for words whose ids are found later: many of them together, without delaying those
// behind them. Not initialized beyond what was added.
class GappedIds {
  static constexpr std::ptrdiff_t kFull = 2048;
  static constexpr size_t kFullGaps = 256;

 public:
  struct Gap {
    WordsAhead::Word word;
    PackedIds ids;   // elsewhere until they are set
    uint64_t hash;   // of the bytes of a word that is not new
    uint32_t begin;  // how many ids come before it
    bool is_new;     // a short word that the cache does not know
  };

  static constexpr size_t kMaxGaps = kFullGaps + ByteBlock::kSize;
  // Ids, those of the gaps among them where each has up to PackedIds::kRoom.
  static constexpr size_t kMaxJoined = kFull + (ByteBlock::kSize + kMaxGaps) * PackedIds::kRoom;

  // A block is added as a whole, and may have a gap for each byte.
  bool is_full() const { return end_ - ids_ >= kFull || num_gaps_ >= kFullGaps; }

  // Where the ids of a block may be written; set_end() says how many there are by now.
  int32_t* end() { return end_; }
  void set_end(int32_t* end) { end_ = end; }
  // A gap at `place`.
  void add_new(const WordsAhead::Word& word, const int32_t* place) { add_gap(word, 0, place, true); }
  void add_long(const WordsAhead::Word& word, uint64_t hash, const int32_t* place) {
    add_gap(word, hash, place, false);
  }

  std::span<Gap> gaps() { return {gaps_, num_gaps_}; }
  std::span<const int32_t> ids() const { return {ids_, end_}; }
  void clear() {
    end_ = ids_;
    num_gaps_ = 0;
  }

 private:
  void add_gap(const WordsAhead::Word& word, uint64_t hash, const int32_t* place, bool is_new) {
    gaps_[num_gaps_++] = {word, PackedIds::elsewhere(), hash, static_cast<uint32_t>(place - ids_), is_new};
  }

  int32_t ids_[kFull + ByteBlock::kSize * PackedIds::kRoom];
  int32_t* end_ = ids_;
  size_t num_gaps_ = 0;
  Gap gaps_[kMaxGaps];
};

}  // namespace slm::text

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "slm/text/byte_block.h"
#include "slm/text/word_cache.h"

namespace slm::text {

// The words of a text between being found and being looked up: the processor fetches their places in the cache
// meanwhile.
class WordsAhead {
 public:
  static constexpr size_t kLag = 24;  // so many words are found before the first of them is looked up

  struct Word {
    WordKey key;
    WordCache::Place place;
    const char* text;

    bool is_short() const { return key.word().length() <= ShortWord::kMaxBytes; }
    std::string_view as_written() const {
      const ShortWord word = key.word();
      return {text, is_short() ? word.length() : word.low};
    }
  };
  static Word short_word(const WordKey& key, const char* text, WordCache& cache) {
    return {key, cache.place_of(key), text};
  }
  // One that the cache does not find.
  static Word long_word(std::string_view text, WordCache& cache) {
    return {WordKey({text.size(), UINT64_MAX}), cache.empty_place(), text.data()};
  }

  // The first words are empty.
  explicit WordsAhead(WordCache& cache) {
    std::fill_n(words_, kLag, Word{WordKey({0, 0}), cache.empty_place(), nullptr});
  }

  // Where the words of a block may be put; set_end() says how many were. Each one that is put there is looked up when
  // kLag more have come.
  Word* end() {
    if (end_ > words_ + kLag + kRoom) {
      std::copy(end_ - kLag, end_, words_);
      end_ = words_ + kLag;
    }
    return end_;
  }
  void set_end(Word* end) { end_ = end; }

 private:
  static constexpr size_t kRoom = 128;

  Word words_[kLag + kRoom + ByteBlock::kSize];
  Word* end_ = words_ + kLag;
};

}  // namespace slm::text

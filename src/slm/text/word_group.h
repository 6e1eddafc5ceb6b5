#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "slm/text/byte_block.h"
#include "slm/text/short_word.h"
#include "slm/text/word_cache.h"

namespace slm::text {

// Some hundred words of a text, in order, between being looked up and being written: so that those which are new can be
// merged together. Not initialized beyond what was added.
class WordGroup {
 public:
  static constexpr size_t kFull = 1024;
  static constexpr size_t kMaxWords = kFull + ByteBlock::kSize + 1;  // a block is added as a whole

  bool is_full() const { return num_words_ >= kFull; }
  size_t num_words() const { return num_words_; }
  size_t num_new() const { return num_new_; }

  void add(const PackedIds& ids) { ids_[num_words_++] = ids; }
  // A word of which the ids are not known.
  void add_new(std::string_view word, const ShortWord& key, uint32_t place) {
    new_[num_new_++] = {key.low, key.high, place, static_cast<uint32_t>(num_words_)};
    add(word);
  }
  // A word of which the ids are not in this form.
  void add(std::string_view word) {
    PackedIds& ids = ids_[num_words_++];
    ids = PackedIds::elsewhere();
    ids.parts[0] = static_cast<uint16_t>(num_texts_);
    texts_[num_texts_++] = word;
  }
  void clear() { num_words_ = num_new_ = num_texts_ = 0; }

  PackedIds& operator[](size_t word) { return ids_[word]; }
  // Of a word whose ids are elsewhere.
  std::string_view text_of(size_t word) const { return texts_[ids_[word].parts[0]]; }
  // Of those that were added as new.
  struct NewWord {
    uint64_t low, high;
    uint32_t place;
    uint32_t index;  // of the word in the group
    ShortWord key() const { return {low, high}; }
  };
  const NewWord& new_word(size_t i) const { return new_[i]; }

 private:
  size_t num_words_ = 0, num_new_ = 0, num_texts_ = 0;
  PackedIds ids_[kMaxWords];
  NewWord new_[kMaxWords];
  struct Text {  // a std::string_view would be initialized
    const char* begin;
    size_t length;
    operator std::string_view() const { return {begin, length}; }
    Text& operator=(std::string_view text) {
      begin = text.data();
      length = text.size();
      return *this;
    }
  };
  Text texts_[kMaxWords];
};

}  // namespace slm::text

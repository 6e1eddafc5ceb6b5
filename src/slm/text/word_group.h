#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "slm/text/byte_block.h"
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
  // A word of which the ids are not known, or are not in this form.
  void add(std::string_view word, bool is_new) {
    if (is_new) new_[num_new_++] = static_cast<uint16_t>(num_words_);
    PackedIds& ids = ids_[num_words_++];
    ids = PackedIds::elsewhere();
    ids.parts[0] = static_cast<uint16_t>(num_texts_);
    texts_[num_texts_++] = word;
  }
  void clear() { num_words_ = num_new_ = num_texts_ = 0; }

  PackedIds& operator[](size_t word) { return ids_[word]; }
  // Of a word whose ids are elsewhere.
  std::string_view text_of(size_t word) const { return texts_[ids_[word].parts[0]]; }
  // Which word the i-th new one is.
  size_t new_word(size_t i) const { return new_[i]; }

 private:
  size_t num_words_ = 0, num_new_ = 0, num_texts_ = 0;
  PackedIds ids_[kMaxWords];
  uint16_t new_[kMaxWords];
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

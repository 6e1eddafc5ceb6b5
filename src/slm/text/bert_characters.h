#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace slm::text {

class Normalizer;

// What BertNormalizer and BertPreTokenizer make of a character, wherever it stands.
enum class BertCharacterKind : uint8_t {
  kWord,     // the spelling goes on with the word
  kAlone,    // the spelling is a word of its own
  kSpace,    // ends a word
  kNothing,  // disappears
  kUnusual,  // several of these, or one whose place depends on its neighbours
};

struct BertSpelling {
  static constexpr size_t kMaxBytes = 15;
  std::array<char, kMaxBytes> bytes{};  // UTF-8
  uint8_t length = 0;

  std::string_view text() const { return {bytes.data(), length}; }
};

// Characters in blocks of 256, each block made when a character of it first comes. Safe from several threads.
class BertCharacters {
 public:
  using Kind = BertCharacterKind;

  // `normalizer` must outlive it.
  explicit BertCharacters(const Normalizer& normalizer);
  ~BertCharacters();
  BertCharacters(const BertCharacters&) = delete;
  BertCharacters& operator=(const BertCharacters&) = delete;

  Kind kind(char32_t c) const { return block_of(c).kinds[c % kBlock]; }
  const BertSpelling& spelling(char32_t c) const { return block_of(c).spellings[c % kBlock]; }

 private:
  static constexpr char32_t kBlock = 256;
  static constexpr size_t kNumBlocks = 0x110000 / kBlock;
  struct Block {
    std::array<Kind, kBlock> kinds{};
    std::array<BertSpelling, kBlock> spellings{};
  };

  const Block& block_of(char32_t c) const {
    const Block* const block = blocks_[c / kBlock].load(std::memory_order_acquire);
    return block != nullptr ? *block : add_block(c / kBlock);
  }
  const Block& add_block(size_t index) const;

  const Normalizer& normalizer_;
  mutable std::vector<std::atomic<const Block*>> blocks_;  // owned; null until they are made
};

}  // namespace slm::text

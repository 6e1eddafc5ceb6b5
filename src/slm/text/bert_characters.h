#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace slm::text {

class Normalizer;

// What BertNormalizer and BertPreTokenizer make of a character, wherever it stands.
struct BertCharacter {
  enum class Kind : uint8_t {
    kWord,     // `bytes` go on with the word
    kAlone,    // `bytes` are a word of their own
    kSpace,    // ends a word
    kNothing,  // disappears
    kUnusual,  // several of these, or one whose place depends on its neighbours
  };
  Kind kind = Kind::kNothing;
  uint8_t length = 0;          // of bytes
  uint8_t num_characters = 0;  // in bytes
  std::array<char, 9> bytes{};

  std::string_view text() const { return {bytes.data(), length}; }
};

// Characters in blocks of 256, each block made when a character of it first comes. One thread at a time.
class BertCharacters {
 public:
  const BertCharacter& of(char32_t c, const Normalizer& normalizer) {
    if (blocks_.empty()) blocks_.resize(kNumBlocks);
    auto& block = blocks_[c / kBlock];
    if (!block) block = make_block(c / kBlock * kBlock, normalizer);
    return (*block)[c % kBlock];
  }

 private:
  static constexpr char32_t kBlock = 256;
  static constexpr size_t kNumBlocks = 0x110000 / kBlock;
  using Block = std::array<BertCharacter, kBlock>;

  static std::unique_ptr<Block> make_block(char32_t first, const Normalizer& normalizer);

  std::vector<std::unique_ptr<Block>> blocks_;
};

}  // namespace slm::text

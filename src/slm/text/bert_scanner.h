#pragma once

#include <cstdint>
#include <string_view>

#include "slm/text/bert_characters.h"
#include "slm/text/byte_block.h"

namespace slm::text {

// Finds words for BERT, and the characters that stand alone, in 64 bytes at once.
class BertScanner {
 public:
  // Whether ASCII is as with every BERT: letters and digits in words, other printable characters alone. The scanner is
  // for no other.
  static bool is_usual(const BertCharacters& characters);

  struct Words {
    uint64_t starts;     // of words and lone characters that end within the block
    uint64_t ends;       // bits of all places where one ends
    size_t num_covered;  // bytes; what comes behind them begins with a whole character
    bool is_usual;       // false: only the pipeline itself can do this text
    bool is_plain;       // printable ASCII and white space only: words are as they are but for their case
  };
  // kReach bytes can be read at `text` whatever its size, zeros behind its end. num_covered may be 0 where a word is
  // long.
  static constexpr size_t kReach = ByteBlock::kSize + 16;
  static Words scan(std::string_view text, const BertCharacters& characters);
};

}  // namespace slm::text

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "slm/text/ascii_masks.h"
#include "slm/text/byte_block.h"
#include "slm/text/gpt_patterns.h"

namespace slm::text {

// Finds the matches of a GPT pattern, those of gpt_match_end(), for 64 bytes at once.
class GptScanner {
 public:
  // `ascii_masks_of`: null for the fastest on this processor.
  explicit GptScanner(GptPattern pattern, AsciiMasksOf ascii_masks_of = nullptr);

  // Bytes that are read at a place of the text: a block, and what follows an apostrophe or a short word at its end.
  static constexpr size_t kReach = ByteBlock::kSize + 16;

  // `text` begins with a match. Bit i: a match begins (and the one before ends) at byte i. Only matches that have both
  // bits are certain; there may be none. Where the text is shorter than 64 bytes, the bit of its end may be set, too.
  // kReach bytes can be read at `text` whatever its size, zeros behind its end.
  uint64_t starts(std::string_view text) const;

  // Calls visit_block(text, bytes, starts) for the text from some place on, the same with kReach bytes that can be
  // read, and the bits of at least two starts, as above, the first at bit 0; or visit_match(text, size) for a match of
  // this size at the beginning that does not lie in a block. Together they have every match, in order.
  template <typename VisitBlock, typename VisitMatch>
  void for_each_block(std::string_view text, const VisitBlock& visit_block, const VisitMatch& visit_match) const {
    char end_of_text[kReach];
    while (!text.empty()) {
      const char* bytes = text.data();
      if (text.size() < kReach) {  // zeros behind its end
        std::memset(end_of_text, 0, sizeof end_of_text);
        std::memcpy(end_of_text, text.data(), text.size());
        bytes = end_of_text;
      }
      const uint64_t found = starts({bytes, text.size()});
      size_t end;
      if ((found & (found - 1)) != 0) {
        visit_block(text, bytes, found);
        end = static_cast<size_t>(63 - std::countl_zero(found));
      } else {
        end = gpt_match_end(pattern_, text, 0);
        visit_match(text, end);
      }
      text.remove_prefix(end);
    }
  }

 private:
  GptPattern pattern_;
  AsciiMasksOf ascii_masks_of_;
};

}  // namespace slm::text

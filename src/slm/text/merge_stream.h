#pragma once

#include <cstdint>
#include <vector>

#include "slm/text/merge_table.h"
#include "slm/text/tokenizer.h"

namespace slm::text {

// merge_tokens() for the tokens of a word as they come, in memory that does not grow with it. Only where
// merges.is_in_order().
class MergeStream {
 public:
  // `merges` must outlive it.
  explicit MergeStream(const MergeTable& merges) : merges_(merges) {}

  // The next token before any merge, and what it stands for.
  void add(int32_t id, const TokenOffsets& place) {
    ids_.push_back(id);
    places_.push_back(place);
  }
  // Appends the merged tokens that are settled whatever is added later.
  void settle(Encoding& tokens) { merge(false, tokens); }
  // Appends the rest. The stream is then as new.
  void finish(Encoding& tokens) { merge(true, tokens); }

 private:
  void merge(bool is_end, Encoding& tokens);

  const MergeTable& merges_;
  std::vector<int32_t> ids_;
  std::vector<TokenOffsets> places_;  // as many
};

}  // namespace slm::text

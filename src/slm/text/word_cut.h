#pragma once

#include <cstddef>
#include <string_view>

#include "slm/text/pipeline.h"
#include "slm/text/tokenizer.h"

namespace slm::text {

// A place in a text that nothing of text_cut.h allows to cut for long, where the ids of the parts are those of the
// whole all the same; 0 where none is found. `tokenizer` is made of `pipeline`. The first `num_before` bytes are those
// of EncodeOptions. The text must be all that is left, or at least kMinWordText bytes; what is behind the place must be
// cut by this function again, or at a place of text_cut.h that is at most kWordWindow behind it.
//
// Only for byte-pair models whose merges go in the order of their ranks: a sequence of tokens is what they make of a
// text if each two neighbours are (merge_long() in long_merge.h). The place is where a token of one window begins that
// is the first one of the next window, too, inside a run of letters or of punctuation, which every pipeline goes on
// with.
size_t find_word_cut(const Tokenizer& tokenizer, const Pipeline& pipeline, std::string_view text, size_t num_before);

inline constexpr size_t kWordWindow = size_t{1} << 16;
inline constexpr size_t kMinWordText = 2 * kWordWindow;

}  // namespace slm::text

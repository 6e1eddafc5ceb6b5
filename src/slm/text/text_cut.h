#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace slm::text {

inline constexpr size_t kNoCut = static_cast<size_t>(-1);

// Places where words end for most tokenizers, so that a text may be cut there and the ids of the parts, one after the
// other, are those of the whole: Tokenizer::allows_cut() says for which. These are the places
// - before a space or tab that follows anything but white space,
// - before a line end, a comma or a punctuation mark beyond ASCII that follows a letter or digit of any script,
// - behind a line end that stands alone.
// A place whose neighbours are not UTF-8 is none; nor is one that only what comes behind `text` can settle.

// Whether these two characters stand on the two sides of such a place, except behind a line end.
bool is_word_end(char32_t before, char32_t after);

// Of the characters before and behind a place: whether it counts.
using AllowsCut = std::function<bool(char32_t before, char32_t after)>;

// The last of them that counts; 0 where there is none.
size_t last_cut(std::string_view text, const AllowsCut& allows);
// The first that counts at `from` or behind; kNoCut where there is none.
size_t next_cut(std::string_view text, size_t from, const AllowsCut& allows);

// The last character of `text`, which is not empty, and its size.
char32_t last_character_of(std::string_view text);
size_t last_character_size(std::string_view text);

}  // namespace slm::text

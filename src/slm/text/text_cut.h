#pragma once

#include <cstddef>
#include <string_view>

namespace slm::text {

inline constexpr size_t kNoCut = static_cast<size_t>(-1);

// Places where a text may be cut so that the ids of the parts, one after the other, are those of the whole, for a
// tokenizer whose is_cuttable() is true: every such tokenizer begins anew there. These are the places
// - before a space or tab that follows anything but white space,
// - before a line end, a comma or a punctuation mark beyond ASCII that follows a letter or digit of any script,
// - behind a line end that stands alone.
// A place whose neighbours are not UTF-8 is none; nor is one that only what comes behind `text` can settle.

// The last of them; 0 where there is none.
size_t last_cut(std::string_view text);
// The first that is at `from` or behind; kNoCut where there is none.
size_t next_cut(std::string_view text, size_t from);

// Whether some text has such a place between two bytes of `part`.
bool may_be_cut(std::string_view part);

}  // namespace slm::text

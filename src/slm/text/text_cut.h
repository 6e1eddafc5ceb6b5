#pragma once

#include <cstddef>
#include <string_view>

namespace slm::text {

// The last place where a text may be cut so that the ids of the parts, one after the other, are those of the whole, for
// a tokenizer whose is_cuttable() is true; 0 where it has no such place. These are the places before white space or a
// comma that follows an ASCII letter or digit, and before the comma or full stop that follows an ideograph: there every
// such tokenizer begins anew.
size_t last_cut(std::string_view text);

}  // namespace slm::text

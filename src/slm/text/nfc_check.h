#pragma once

#include <string_view>

namespace slm::text {

// Whether a text is UTF-8 and, as each of its characters shows by itself, in Normalization Form C: none of them
// changes, combines with what is before it, or has to be put in order (Unicode Standard Annex 15, 9: all have
// Quick_Check=Yes and combining class 0). False also for some texts in that form.
bool is_surely_nfc(std::string_view text);

}  // namespace slm::text

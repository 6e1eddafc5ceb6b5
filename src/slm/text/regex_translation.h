#pragma once

#include <string>
#include <string_view>

namespace slm::text {

// Oniguruma's Ruby syntax, which the patterns of tokenizer.json are written in, as a PCRE2 pattern with the same
// matches. Classes
// (\p{L}, \s, \d, \w, \h) become lists of characters, so that they hold what they hold there whatever edition of
// Unicode PCRE2 knows. Throws Error for constructs without an equivalent.
std::string translate_regex(std::string_view regex);

}  // namespace slm::text

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slm::storage {

// A to Z as a to z; all other bytes stay.
std::string lower_case(std::string_view text);

// Digits and a to f, nothing else.
bool is_lower_hex(std::string_view text);
// The same, so many of them: a hash.
bool is_lower_hex(std::string_view text, size_t num_digits);

// As it stands in an address: all but letters, digits, -._~ and what is in `kept` as %XX.
std::string percent_encoded(std::string_view text, std::string_view kept = {});

}  // namespace slm::storage

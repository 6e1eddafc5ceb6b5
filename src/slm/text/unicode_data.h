#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// Tables that scripts/make_unicode_tables.py writes. Use unicode.h and normal_form.h instead.
namespace slm::text {

// Start, value, start, value, ...: a value holds up to the next start.
extern const uint32_t kCharClasses[];
extern const size_t kNumCharClasses;  // of numbers
extern const uint32_t kCombiningClasses[];
extern const size_t kNumCombiningClasses;
extern const uint32_t kScripts[];
extern const size_t kNumScripts;

// Lines of a character and what it becomes, in the order of the characters.
extern const std::string_view kLowercase;
extern const std::string_view kCanonicalDecompositions;
extern const std::string_view kCompatibilityDecompositions;

// Lines of two characters and the one they compose to.
extern const std::string_view kCompositions;

}  // namespace slm::text

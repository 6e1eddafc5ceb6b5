#pragma once

#include <cstdint>
#include <string_view>

#include "slm/text/code_point_map.h"

// What the components of a tokenizer ask about characters, with the answers of the Hugging Face library: each part of
// it has its own edition of Unicode and its own idea of a "word character", so there are several of some.
namespace slm::text {

// General categories, in the order of the low five bits of a class.
enum class Category : uint8_t {
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kMn,
  kMc,
  kMe,
  kNd,
  kNl,
  kNo,
  kPc,
  kPd,
  kPs,
  kPe,
  kPi,
  kPf,
  kPo,
  kSm,
  kSc,
  kSk,
  kSo,
  kZs,
  kZl,
  kZp,
  kCc,
  kCf,
  kCo,
  kCn,
};
inline constexpr int kNumCategories = 29;

enum CharFlag : uint16_t {
  kWhitespace = 1 << 5,      // White_Space, which all parts agree on
  kWord = 1 << 6,            // \w of Whitespace and of single_word tokens
  kRegexWord = 1 << 7,       // \w of a Split or Replace pattern
  kNumeric = 1 << 8,         // Digits
  kPunctuation = 1 << 9,     // Punctuation and BertPreTokenizer
  kRemovedByBert = 1 << 10,  // what clean_text leaves out
  kBertAccent = 1 << 11,     // what strip_accents of BertNormalizer leaves out
  kCombiningMark = 1 << 12,  // what StripAccents leaves out
};

// Category and flags of every code point.
using CharClasses = CodePointMap<uint16_t>;
const CharClasses& char_classes();

inline Category category_of(uint16_t char_class) { return static_cast<Category>(char_class & 31); }
inline bool is_letter(uint16_t char_class) { return category_of(char_class) <= Category::kLo; }
inline bool is_number(uint16_t char_class) {
  return category_of(char_class) >= Category::kNd && category_of(char_class) <= Category::kNo;
}

inline bool has_flag(char32_t c, CharFlag flag) { return (char_classes()[c] & flag) != 0; }
inline bool is_whitespace(char32_t c) { return has_flag(c, kWhitespace); }

// Characters with the same number belong to one script as UnicodeScripts sees it; 0 goes with any.
uint8_t script_of(char32_t c);

// One to three characters in UTF-8, or empty where `c` is its own lower case.
std::string_view lowercase_of(char32_t c);

}  // namespace slm::text

#include "slm/text/unicode.h"

#include "slm/text/char_strings.h"
#include "slm/text/unicode_data.h"

namespace slm::text {

const CharClasses& char_classes() {
  static const CharClasses classes{std::span(kCharClasses, kNumCharClasses)};
  return classes;
}

uint8_t script_of(char32_t c) {
  static const CodePointMap<uint8_t> scripts{std::span(kScripts, kNumScripts)};
  return scripts[c];
}

std::string_view lowercase_of(char32_t c) {
  static const CharStrings lowercase(kLowercase);
  return lowercase[c];
}

}  // namespace slm::text

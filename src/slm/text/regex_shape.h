#pragma once

#include <string_view>

namespace slm::text {

// What a regular expression of Oniguruma's Ruby syntax shows of its matches without being run. All false where it has
// something that is not looked into: look-ahead for what may be a space, look-behind of more than one character, \z,
// \G, references, nested classes.
struct RegexShape {
  bool is_one_character = false;  // all its matches are
  bool is_white_space = false;    // all its matches are one or more characters of white space
  // No match is empty or has a space behind a character that is not white space, and where such two meet no match
  // depends on whether the text ends between them.
  bool ends_before_space = false;
  // No match has a space behind a character that is not white space, and where such two meet, the matches on each side
  // are those that it has with the one character of the other side alone. The left one needs not even that.
  bool is_apart_at_space = false;
};

RegexShape shape_of_regex(std::string_view regex);

}  // namespace slm::text

#include "slm/text/token_edges.h"

#include <algorithm>

#include "slm/text/added_tokens.h"
#include "slm/text/text_cut.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {

void TokenEdges::add(const AddedToken& token, std::string_view spelling) {
  if (spelling.empty()) return;
  neighbours_.add_neighbours_in(spelling);
  const char32_t first = read_utf8(spelling, 0).code_point, last = last_character_of(spelling);
  spellings_.emplace_back(spelling);
  begins_.insert(first);
  ends_.insert(last);
  if (token.is_single_word) {
    single_word_begins_.insert(first);
    single_word_ends_.insert(last);
  }
  if (token.strips_left) begins_behind_space_.insert(first);
  if (token.strips_right) ends_before_space_.insert(last);
}

bool TokenEdges::allow_cut(char32_t before, char32_t after) const {
  return !neighbours_.contains(before, after) && !single_word_begins_.contains(after) &&
         !(single_word_ends_.contains(before) && has_flag(after, kWord)) &&
         !(begins_behind_space_.contains(after) && is_whitespace(before)) &&
         !(ends_before_space_.contains(before) && is_whitespace(after));
}

bool TokenEdges::may_touch(std::string_view text, size_t place) const {
  const std::string_view before = text.substr(0, place), behind = text.substr(place);
  return std::any_of(spellings_.begin(), spellings_.end(), [&](const std::string& spelling) {
    return before.ends_with(spelling) || behind.starts_with(spelling) || std::string_view(spelling).starts_with(behind);
  });
}

}  // namespace slm::text

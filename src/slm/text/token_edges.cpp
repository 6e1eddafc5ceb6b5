#include "slm/text/token_edges.h"

#include "slm/text/added_tokens.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

uint64_t pair_of(char32_t first, char32_t second) { return uint64_t{first} << 32 | second; }

}  // namespace

void TokenEdges::add(const AddedToken& token, std::string_view spelling) {
  if (spelling.empty()) return;
  const char32_t first = read_utf8(spelling, 0).code_point;
  char32_t last = first;
  for (size_t at = 0; at < spelling.size();) {
    const Utf8Char c = read_utf8(spelling, at);
    if (at > 0) neighbours_.insert(pair_of(last, c.code_point));
    last = c.code_point;
    at += static_cast<size_t>(c.length);
  }
  ends_.insert(last);
  if (token.is_single_word) {
    single_word_begins_.insert(first);
    single_word_ends_.insert(last);
  }
  if (token.strips_left) begins_behind_space_.insert(first);
  if (token.strips_right) ends_before_space_.insert(last);
}

bool TokenEdges::allow_cut(char32_t before, char32_t after) const {
  return !neighbours_.contains(pair_of(before, after)) && !single_word_begins_.contains(after) &&
         !(single_word_ends_.contains(before) && has_flag(after, kWord)) &&
         !(begins_behind_space_.contains(after) && is_whitespace(before)) &&
         !(ends_before_space_.contains(before) && is_whitespace(after));
}

}  // namespace slm::text

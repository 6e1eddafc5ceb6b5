#include "slm/text/text_joints.h"

#include <algorithm>
#include <optional>

#include "slm/text/character_pairs.h"
#include "slm/text/nfc_check.h"
#include "slm/text/normal_form.h"
#include "slm/text/text_cut.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

bool is_mark(char32_t c) {
  const Category category = category_of(char_classes()[c]);
  return category >= Category::kMn && category <= Category::kMe;
}

// ASCII's: what may stand in a run that a step treats character by character.
bool is_blank(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// No normal form joins it with what is before it, or moves it.
bool begins_anew(char32_t c) {
  const std::string alone = utf8_of(c);
  if (is_mark(c) || category_of(char_classes()[c]) == Category::kCf || !is_surely_nfc(alone)) return false;
  const std::vector<CharChange> parts = normal_form(alone, NormalForm::kNfkd);
  return !parts.empty() && is_surely_nfc(utf8_of(parts.front().character));
}

}  // namespace

TextJoints::Joint TextJoints::between(char32_t before, char32_t after) {
  if (before < kNumAscii && after < kNumAscii) {
    std::optional<Joint>& joint = ascii_[before * kNumAscii + after];
    if (!joint) joint = find_out(before, after);
    return *joint;
  }
  const uint64_t key = character_pair(before, after);
  if (const auto found = joints_.find(key); found != joints_.end()) return found->second;
  if (joints_.size() == kMaxKnown) joints_.clear();
  return joints_[key] = find_out(before, after);
}

bool TextJoints::vanishes(char32_t c) {
  if (c >= ' ' && c <= '~') return false;
  if (const auto found = vanishing_.find(c); found != vanishing_.end()) return found->second;
  if (vanishing_.size() == kMaxKnown) vanishing_.clear();
  const auto finds_tokens = [&](char32_t before, char32_t after) {
    return !pipeline_.added_tokens->edges().allow_cut(before, after);
  };
  const std::string text = utf8_of(c);
  const auto are_alike = [&](const std::string& with_it, const std::string& without_it) {
    return pipeline_.normalized(with_it).text() == pipeline_.normalized(without_it).text();
  };
  // A mark may become a part of the letter before it.
  const bool joins_nothing = !is_mark(c) || (are_alike("\u00E9x", "ex") && are_alike("e\u0301x", "ex"));
  const bool vanishes = pipeline_.normalizer && !is_whitespace(c) && !finds_tokens(c, c) && joins_nothing &&
                        pipeline_.normalized(text).empty() && pipeline_.normalized(text + text).empty() &&
                        are_alike("q" + text + text + "x", "qx");
  return vanishing_[c] = vanishes;
}

bool TextJoints::may_touch_token(char32_t before, char32_t after) const {
  const TokenEdges& edges = pipeline_.added_tokens->edges();
  return edges.may_end_with(before) || edges.may_begin_with(after);
}

TextJoints::TextJoints(const Pipeline& pipeline)
    : pipeline_(pipeline), finds_raw_(pipeline.added_tokens->are_all_raw(pipeline.normalizer.get())) {
  for (const std::string text : {"e\u0301", "\u00E9", "a\u0301\u0327", "\u304B\u3099", "\uFB01", "\uFF76\uFF9E"}) {
    keeps_marks_ &= pipeline_.normalized("q" + text + "x").text().ends_with(text + "x");
  }
}

TextJoints::Joint TextJoints::find_out(char32_t before, char32_t after) const {
  const TokenEdges& edges = pipeline_.added_tokens->edges();
  if (is_whitespace(before) != is_whitespace(after) || !edges.allow_cut(before, after)) return Joint::kUnsure;
  const bool is_inside_line_end = before == '\r' && after == '\n';
  if (is_whitespace(before) && (!is_blank(before) || !is_blank(after) || is_inside_line_end)) return Joint::kUnsure;
  if (!keeps_marks_ && !begins_anew(after)) return Joint::kUnsure;
  if (!finds_raw_ && may_touch_token(before, after)) return Joint::kUnsure;
  if (is_whitespace(before) && edges.take_white_space()) return Joint::kUnsure;
  if (pipeline_.normalizer && !pipeline_.normalizer->is_local(before, after)) return Joint::kUnsure;
  const std::string left = utf8_of(before), right = utf8_of(after);
  std::optional<Joint> joint;
  for (const std::string& more_left : {std::string(), std::string("q"), left, "q" + left}) {
    for (const std::string& more_right :
         {std::string("x"), std::string(), right, right + "x", std::string("\n"), std::string(16, ' ')}) {
      const Joint found = find_out(more_left, left, right, more_right);
      if (found == Joint::kUnsure || (joint && found != *joint)) return Joint::kUnsure;
      joint = found;
    }
  }
  return *joint;
}

TextJoints::Joint TextJoints::find_out(const std::string& left, const std::string& before, const std::string& after,
                                       const std::string& right) const {
  const auto place = static_cast<int64_t>(left.size() + before.size());
  AlignedText whole = pipeline_.normalized(left + before + after + right);
  const AlignedText first = pipeline_.normalized(left + before + after),
                    second = pipeline_.normalized(before + after + right);
  const size_t middle = whole.first_from(place);
  const size_t second_middle = second.first_from(static_cast<int64_t>(before.size()));
  if (middle == 0 || middle == whole.text().size()) return Joint::kUnsure;
  if (first.text().substr(0, first.first_from(place)) != whole.text().substr(0, middle)) return Joint::kUnsure;
  if (second.text().substr(second_middle) != whole.text().substr(middle)) return Joint::kUnsure;

  const char32_t last = last_character_of(std::string_view(whole.text()).substr(0, middle));
  const TokenEdges& edges = pipeline_.added_tokens->edges();
  const char32_t next = read_utf8(whole.text(), middle).code_point;
  if (is_whitespace(last) && edges.take_white_space()) return Joint::kUnsure;
  if (!finds_raw_ && (!edges.allow_cut(last, next) || may_touch_token(last, next))) return Joint::kUnsure;
  const PreTokenizer* const splitter = pipeline_.pre_tokenizer.get();
  if (splitter != nullptr && !(splitter->is_local(last, 0) && splitter->is_local(0, 0))) return Joint::kUnsure;
  // What may be cut there does not see what comes behind.
  const bool may_be_cut = pipeline_.normalized(left + before).text() == whole.text().substr(0, middle);
  std::vector<Piece> pieces;
  pieces.push_back({std::move(whole), std::nullopt});
  if (splitter != nullptr) splitter->split(pieces);
  const auto has_some_of_both = [&](const Piece& piece) {
    return piece.text.first_from(place + static_cast<int64_t>(after.size())) >
           piece.text.first_from(static_cast<int64_t>(left.size()));
  };
  const bool are_in_one = std::count_if(pieces.begin(), pieces.end(), has_some_of_both) == 1;
  for (const Piece& piece : pieces) {
    const size_t border = piece.text.first_from(place);
    const bool goes_on = border > 0 && border < piece.text.text().size();
    if (goes_on) return are_in_one ? Joint::kTogether : Joint::kUnsure;
  }
  return may_be_cut ? Joint::kApart : Joint::kUnsure;
}

}  // namespace slm::text

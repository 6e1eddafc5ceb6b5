#include "slm/text/gpt_run.h"

#include "slm/text/gpt_matcher.h"

namespace slm::text {
namespace {

// What is enough to see how a match begins (a contraction, three digits), or a contraction behind a word.
constexpr size_t kStartBytes = 16, kTailBytes = 8;

}  // namespace

GptRun::Step GptRun::go_on(std::string_view text, bool is_end) {
  if (!is_end) text = text.substr(0, complete_utf8_prefix(text));
  const GptMatcher matcher(text);
  const auto while_it_is = [&](const auto& test) {
    const size_t size = matcher.skip_while(0, test);
    return Step{size, is_end || size < text.size()};
  };
  switch (state_) {
    case State::kStart:
      return start(text, is_end);
    case State::kLetters:
      return while_it_is([](const GptChar& c) { return c.letter(); });
    case State::kNumbers:
      return while_it_is([](const GptChar& c) { return c.number(); });
    case State::kOthers: {
      const Step others = while_it_is([](const GptChar& c) { return c.other(); });
      if (pattern_ == GptPattern::kGpt2 || !matcher.at(others.size).newline()) return others;
      state_ = State::kBehindThem;
      const Step rest = go_on(text.substr(others.size), is_end);
      return {others.size + rest.size, rest.ends};
    }
    case State::kBehindThem:
      return while_it_is(
          [&](const GptChar& c) { return c.newline() || (pattern_ == GptPattern::kO200k && c.is('/')); });
    case State::kSpaces:
    case State::kLines:
      return go_on_with_spaces(text, is_end);
    case State::kCapitals:
      return go_on_with_capitals(text, is_end);
    case State::kSmall: {
      const Step small = while_it_is([](const GptChar& c) { return c.lower(); });
      return small.ends ? end_word(text, small.size, is_end) : small;
    }
    case State::kTail:
      return end_word(text, 0, is_end);
  }
  return {0, true};
}

GptRun::Step GptRun::start(std::string_view text, bool is_end) {
  const auto whole = [&] { return Step{gpt_match_end(pattern_, text, 0), true}; };
  if (is_end) return whole();
  if (text.size() < kStartBytes) return {0, false};
  const GptMatcher matcher(text);
  const auto from = [&](size_t begin, State state) {
    state_ = state;
    has_taken_ = begin > 0;
    const Step rest = go_on(text.substr(begin), is_end);
    return Step{begin + rest.size, rest.ends};
  };
  const GptChar first = matcher.at(0), next = matcher.at(first.end);
  const bool is_gpt2 = pattern_ == GptPattern::kGpt2;
  if (pattern_ == GptPattern::kO200k) {
    const bool leads = !first.newline() && !first.letter() && !first.number() && (next.letter() || next.mark());
    // A mark may also be a word of its own.
    if (leads && first.mark() && !next.lower()) return {0, false};
    if (leads) return from(first.end, State::kCapitals);
    if (first.letter() || first.mark()) return from(0, State::kCapitals);
  } else {
    if (matcher.contraction(0, !is_gpt2) != 0) return whole();
    if (first.letter()) return from(0, State::kLetters);
    const bool leads = is_gpt2 ? first.is(' ') : !first.newline() && !first.number();
    if (leads && next.letter()) return from(first.end, State::kLetters);
  }
  if (first.number()) return is_gpt2 ? from(0, State::kNumbers) : whole();
  const size_t begin = first.is(' ') ? first.end : 0;
  if (is_gpt2 && begin > 0 && next.number()) return from(begin, State::kNumbers);
  if (matcher.at(begin).other()) return from(begin, State::kOthers);
  return from(0, State::kSpaces);
}

GptRun::Step GptRun::go_on_with_spaces(std::string_view text, bool is_end) {
  const GptMatcher matcher(text);
  size_t last = 0, end = 0;  // of the white space here: where its last character begins and ends
  for (GptChar c = matcher.at(0); c.space(); c = matcher.at(end)) {
    last = end;
    end = c.end;
  }
  const bool is_known = is_end || end < text.size();
  const size_t lines_end = pattern_ == GptPattern::kGpt2 ? 0 : matcher.line_ends(0);
  if (lines_end > 0) state_ = State::kLines;
  if (state_ == State::kLines) return {lines_end, is_known};
  if (end == text.size() && is_end) return {end, true};
  if (is_known && last == 0 && !has_taken_) return {end, true};
  has_taken_ |= last > 0;
  return {last, is_known};
}

GptRun::Step GptRun::go_on_with_capitals(std::string_view text, bool is_end) {
  const GptMatcher matcher(text);
  size_t end = 0, caseless_end = 0;
  for (GptChar c = matcher.at(0); c.upper(); c = matcher.at(end)) {
    end = c.end;
    if (c.lower()) caseless_end = end;
  }
  if (matcher.at(end).lower()) {
    state_ = State::kSmall;
    const Step rest = go_on(text.substr(end), is_end);
    return {end + rest.size, rest.ends};
  }
  has_caseless_ |= caseless_end > 0;
  // Without small letters behind them, the capitals behind the last letter that is both are another word.
  const size_t size = has_caseless_ ? caseless_end : end;
  return is_end || end < text.size() ? end_word(text, size, is_end) : Step{size, false};
}

GptRun::Step GptRun::end_word(std::string_view text, size_t size, bool is_end) {
  if (!is_end && text.size() - size < kTailBytes) {
    state_ = State::kTail;
    return {size, false};
  }
  return {GptMatcher(text).contraction(size, true), true};
}

}  // namespace slm::text

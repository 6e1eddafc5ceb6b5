#include "slm/text/gpt_patterns.h"

#include "slm/text/gpt_matcher.h"

namespace slm::text {
namespace {

size_t match_gpt2(const GptMatcher& text, size_t from) {
  if (const size_t end = text.contraction(from, false); end != from) return end;
  const GptChar first = text.at(from);
  const size_t word = first.is(' ') ? first.end : from;  // after an optional space
  const GptChar c = text.at(word);
  if (c.letter()) return text.skip_while(word, [](const GptChar& d) { return d.letter(); });
  if (c.number()) return text.skip_while(word, [](const GptChar& d) { return d.number(); });
  if (c.other()) return text.skip_while(word, [](const GptChar& d) { return d.other(); });
  return text.white_space(from);
}

size_t skip_numbers(const GptMatcher& text, size_t from, int limit) {
  for (GptChar c = text.at(from); limit > 0 && c.number(); c = text.at(from), --limit) from = c.end;
  return from;
}

// ' ?[^\s\p{L}\p{N}]+[\r\n]*' at `from`, with '/' among the last where `takes_slash`; `from` itself where it does not
// match.
size_t punctuation(const GptMatcher& text, size_t from, bool takes_slash) {
  const GptChar first = text.at(from);
  const size_t begin = first.is(' ') ? first.end : from;
  if (!text.at(begin).other()) return from;
  const size_t end = text.skip_while(begin, [](const GptChar& c) { return c.other(); });
  return text.skip_while(end, [&](const GptChar& c) { return c.newline() || (takes_slash && c.is('/')); });
}

size_t match_spaces(const GptMatcher& text, size_t from) {
  const size_t lines = text.line_ends(from);
  return lines != from ? lines : text.white_space(from);
}

// cl100k, Llama 3 and Qwen: they differ in how many digits go together.
size_t match_llama(const GptMatcher& text, size_t from, int max_digits) {
  if (const size_t end = text.contraction(from, true); end != from) return end;
  const GptChar first = text.at(from);
  const auto is_letter_char = [](const GptChar& c) { return c.letter(); };
  if (first.letter()) return text.skip_while(from, is_letter_char);
  if (!first.newline() && !first.number() && text.at(first.end).letter()) {
    return text.skip_while(first.end, is_letter_char);
  }
  if (first.number()) return skip_numbers(text, from, max_digits);
  if (const size_t end = punctuation(text, from, false); end != from) return end;
  return match_spaces(text, from);
}

// [^\r\n\p{L}\p{N}]? and one of the two kinds of words at `from`; `from` itself where there is none.
size_t match_o200k_word(const GptMatcher& text, size_t from) {
  const auto upper = [](const GptChar& c) { return c.upper(); };
  const auto lower = [](const GptChar& c) { return c.lower(); };
  const GptChar first = text.at(from);
  const bool may_lead = !first.newline() && !first.letter() && !first.number();
  // With the optional character first, as the expression tries it, then without. Both for each kind of word.
  for (const bool ends_lower : {true, false}) {
    for (const bool leads : {true, false}) {
      if (leads && !may_lead) continue;
      const size_t begin = leads ? first.end : from;
      const size_t uppers_end = text.skip_while(begin, upper);
      size_t end = text.skip_while(uppers_end, lower);
      if (ends_lower && end == uppers_end) {
        // [upper]* gives back until what follows begins with something lower: letters without case and marks are both.
        size_t last_lower = begin;
        bool found = false;
        for (size_t place = begin; place < uppers_end;) {
          const GptChar c = text.at(place);
          if (c.lower()) {
            last_lower = c.end;
            found = true;
          }
          place = c.end;
        }
        if (!found) continue;
        end = last_lower;
      }
      if (end == begin) continue;
      if (!ends_lower && uppers_end == begin) continue;
      return text.contraction(end, true);
    }
  }
  return from;
}

size_t match_o200k(const GptMatcher& text, size_t from) {
  if (const size_t end = match_o200k_word(text, from); end != from) return end;
  if (text.at(from).number()) return skip_numbers(text, from, 3);
  if (const size_t end = punctuation(text, from, true); end != from) return end;
  return match_spaces(text, from);
}

}  // namespace

std::optional<GptPattern> recognize_gpt_pattern(std::string_view regex) {
  if (regex == kGpt2Regex) return GptPattern::kGpt2;
  if (regex == kLlama3Regex) return GptPattern::kLlama3;
  if (regex == kQwen2Regex) return GptPattern::kQwen2;
  if (regex == kO200kRegex) return GptPattern::kO200k;
  return std::nullopt;
}

size_t gpt_match_end(GptPattern pattern, std::string_view text, size_t from) {
  const GptMatcher matcher(text);
  switch (pattern) {
    case GptPattern::kGpt2:
      return match_gpt2(matcher, from);
    case GptPattern::kLlama3:
      return match_llama(matcher, from, 3);
    case GptPattern::kQwen2:
      return match_llama(matcher, from, 1);
    case GptPattern::kO200k:
      return match_o200k(matcher, from);
  }
  return text.size();
}

}  // namespace slm::text

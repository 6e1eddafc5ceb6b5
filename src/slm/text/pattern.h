#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "slm/text/aligned_text.h"

namespace slm::text {

// What a step does at a place between two characters, which may be 0 where they are not known: less comes first.
enum class Locality {
  kNone,   // what becomes of one side may depend on more of the other than its one character
  kApart,  // it does not, but whether the text is split at the place may
  kLocal,  // nor does that
  kSplit,  // the text is split there
};

// What a tokenizer looks for in a text: a string, or a regular expression. Immutable; safe from several threads.
class Pattern {
 public:
  virtual ~Pattern() = default;

  struct Match {
    size_t begin;
    size_t end;
  };
  // The first match that begins at `from` or later; begin is std::string_view::npos where there is none.
  virtual Match find(std::string_view text, size_t from) const = 0;

  // At the place between these two, where a word ends. kApart: no match goes on beyond it, and matches on both sides
  // are what they would be without more than the one character of the other side. kLocal: no match is empty, either,
  // and the left side need not be seen from the right. kSplit: a match ends or begins there, too.
  virtual Locality locality(char32_t before, char32_t after) const = 0;
  bool is_local(char32_t before, char32_t after) const { return locality(before, after) >= Locality::kLocal; }

  // How much of the beginning of a text, of which more may follow, has the same matches however it goes on, and what is
  // behind those that it has alone. 0 where none is known to. `num_searched`: so much has been asked for without avail.
  virtual size_t settled_size(std::string_view text, size_t num_searched) const;

  // The text cut into matches and the parts between them. An empty match right after a match does not count.
  std::vector<TextPart> parts_of(std::string_view text) const;
};

// Every occurrence of the string itself.
std::unique_ptr<Pattern> literal_pattern(std::string literal);

// A regular expression with the meaning that Oniguruma's Ruby syntax gives it, which Hugging Face uses. The ones of
// GPT-2, cl100k, o200k, Llama 3 and Qwen are matched by code made for them, others by PCRE2. Throws Error with the
// reason for a pattern that is wrong or has a construct whose meaning differs there.
std::unique_ptr<Pattern> regex_pattern(const std::string& regex);

// The text cut into single characters that satisfy the test and the parts between them.
std::vector<TextPart> parts_by_character(std::string_view text, const std::function<bool(char32_t)>& is_match);

// What becomes of the matches when a text is split.
enum class SplitBehavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

// The pieces that `parts` give, without empty ones.
std::vector<AlignedText> split(const AlignedText& text, std::vector<TextPart> parts, SplitBehavior behavior);

}  // namespace slm::text

#pragma once

#include <cstddef>
#include <string_view>

#include "slm/text/gpt_patterns.h"

namespace slm::text {

// A match of a GPT pattern, the one that gpt_match_end() finds, in a text that comes in parts: how far it surely goes,
// whatever follows. What it has taken need not be kept.
class GptRun {
 public:
  explicit GptRun(GptPattern pattern) : pattern_(pattern) {}

  struct Step {
    size_t size;  // so many bytes more are in the match
    bool ends;    // behind them
  };
  // `text` goes on where the last step stopped, at first where the match begins. Not to be called behind the end.
  // `is_end`: nothing follows the text.
  //
  // Takes nothing where more must be known: less than a few characters, white space behind a line end, which belongs to
  // the match if another line end follows, and in o200k capitals behind a letter without case, which do if a small
  // letter follows.
  Step go_on(std::string_view text, bool is_end);

 private:
  enum class State {
    kStart,
    kLetters,
    kNumbers,
    kOthers,      // neither letter, number nor space
    kBehindThem,  // the line ends that these take
    kSpaces,      // without a line end, or to GPT-2
    kLines,       // white space with line ends, taken up to the last one
    kCapitals,    // o200k: what may stand before small letters
    kSmall,       // and these
    kTail,        // o200k: a word has ended, maybe with 's
  };

  // Of the text at the beginning of the match, what the state is after: bytes to skip, or the whole match.
  Step start(std::string_view text, bool is_end);
  Step go_on_with_spaces(std::string_view text, bool is_end);
  Step go_on_with_capitals(std::string_view text, bool is_end);
  Step end_word(std::string_view text, size_t size, bool is_end);

  GptPattern pattern_;
  State state_ = State::kStart;
  bool has_taken_ = false;     // kSpaces: some
  bool has_caseless_ = false;  // kCapitals: among what was taken is a letter that is small and capital alike, or a mark
};

}  // namespace slm::text

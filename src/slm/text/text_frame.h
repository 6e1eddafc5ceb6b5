#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace slm::text {

// So many tokens a text has at most, those around it counted, too; more are left out at one end of it.
struct Truncation {
  size_t max_length = 0;
  bool is_left = false;
};

// Fills a text up with tokens at one end, to this many or, where it is 0, as many as it has: but to a multiple.
struct Padding {
  size_t length = 0;
  size_t multiple_of = 1;
  bool is_left = false;
  int32_t id = 0;

  // How many are missing of a text with `count` tokens.
  size_t num_missing(size_t count) const {
    const size_t least = length > 0 ? length : count;
    const size_t target = least + (multiple_of - least % multiple_of) % multiple_of;
    return target > count ? target - count : 0;
  }
};

// What makes the tokens of a text of its own: they are truncated, get others around them, and are padded.
struct TextFrame {
  // What EncodeOptions::add_special_tokens puts before the text and behind it; also between, where it comes several
  // times: it comes once less often than this has elements, with or without them.
  std::vector<std::vector<int32_t>> around{2};
  // For EncodeOptions::truncate_and_pad.
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;
  // The place of the first token depends on its being the first, also of those that truncation leaves. A part has the
  // others' unless it begins its text; EncodeOptions::places_as_first gives this one.
  bool places_first_apart = false;
};

}  // namespace slm::text

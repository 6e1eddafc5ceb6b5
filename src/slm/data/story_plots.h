#pragma once

#include <span>

namespace slm::data {

// The plots, as templates (story_template.h) over the slots of a cast (story_cast.h) and those of phrases().
std::span<const char* const> story_plots();

struct StoryPhrase {
  const char* slot;
  const char* text;
};
// Turns of phrase that the plots share.
std::span<const StoryPhrase> story_phrases();

}  // namespace slm::data

#include "slm/data/stories.h"

#include "slm/data/random_streams.h"
#include "slm/data/story_cast.h"
#include "slm/data/story_plots.h"
#include "slm/data/story_template.h"

namespace slm::data {

std::string make_stories(const StoriesOptions& options) {
  std::string text;
  text.reserve(static_cast<size_t>(options.size_bytes) + 4096);
  for (uint32_t story = 0; static_cast<int64_t>(text.size()) < options.size_bytes; ++story) {
    StoryDice dice(RandomStream{options.seed, kStoriesStream, story});
    StorySlots slots;
    for (const StoryPhrase& phrase : story_phrases()) slots.set(phrase.slot, phrase.text);
    choose_cast(dice, slots);
    if (story > 0) text += '\n';
    text += fill_template(dice.pick(story_plots()), slots, dice);
    text += '\n';
  }
  return text;
}

}  // namespace slm::data

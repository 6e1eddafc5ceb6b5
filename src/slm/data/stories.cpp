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

std::vector<TextDocument> story_documents(const StoriesOptions& options) {
  const TextDocument whole = document_of(make_stories(options), "stories");
  std::vector<TextDocument> stories;
  for (size_t begin = 0; begin < whole.text.size();) {
    const size_t blank_line = whole.text.find("\n\n", begin);
    const size_t end = blank_line == std::string_view::npos ? whole.text.size() : blank_line + 1;
    stories.push_back({.name = whole.name, .owner = whole.owner, .text = whole.text.substr(begin, end - begin)});
    begin = end + 1;
  }
  return stories;
}

}  // namespace slm::data

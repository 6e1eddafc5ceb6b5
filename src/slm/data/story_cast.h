#pragma once

#include "slm/data/story_template.h"

namespace slm::data {

// Who, where and what a story is about, chosen once and kept to its end. Sets these slots:
//   h, f        the names of the hero and of a friend; h.he h.him h.his h.self, f.he ... their pronouns. The two differ
//               in gender, so that a pronoun in a sentence about both has one meaning
//   h.kind, f.kind   girl, boy, or an animal (both children, or both animals)
//   e, e.word, e.he   a grown-up of the hero's: "her grandmother", "grandmother", "she"
//   trait       what the hero is like ("curious")
//   skill, skill.failed, skill.done   "whistle", "made only a hissing sound", "whistled a whole song"
//   place, in.place, to.place   "the forest", "in the forest", "to the forest"
//   spot, other.spot, sight     places in it ("under an old oak"), and what one sees there, a whole sentence
//   thing, noun "red kite", "kite"
//   look, toy, small, fragile   "red"; nouns: what two can pull at, what fits into a pocket, what breaks
//   missing     what is missing for the food: "milk"
//   food, pet, time, home       "honey cakes"; "kitten"; "One windy day"; "in a small house near the forest"
void choose_cast(StoryDice& dice, StorySlots& slots);

}  // namespace slm::data

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "slm/data/text_files.h"

namespace slm::data {

struct StoriesOptions {
  uint64_t seed = 42;
  int64_t size_bytes = 4'000'000;  // the text ends with the first story that reaches this size
};

// The built-in corpus: little English stories, each a paragraph or a few, separated by a blank line. A grammar with
// characters, places and things that persist through a story writes them; docs/data.md describes it. The same options
// give the same bytes on every machine. Only ASCII characters.
std::string make_stories(const StoriesOptions& options);

// The same, a document per story. What tokenize() puts between them for characters and bytes makes the whole again.
std::vector<TextDocument> story_documents(const StoriesOptions& options);

}  // namespace slm::data

// Pipelines made by chance: the parts of a text that is cut wherever the tokenizer allows it have the tokens of the
// whole.
#include "slm/text/pipeline_cuts.h"

#include <gtest/gtest.h>

#include <random>

#include "random_pipeline.h"
#include "slm/text/text_cut.h"
#include "slm/text/tokenizer.h"

namespace slm::text {
namespace {

// Cut wherever it may be.
Encoding encode_in_parts(const Tokenizer& tokenizer, std::string_view text, int& num_cuts) {
  const auto allows = [&](char32_t before, char32_t after) { return tokenizer.allows_cut(before, after); };
  Encoding all;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = std::min(next_cut(text, begin + 1, allows), text.size());
    num_cuts += end < text.size();
    const size_t num_before = begin == 0 ? 0 : last_character_size(text.substr(0, begin));
    const size_t from = begin - num_before;
    // No part before may have had a token.
    const Encoding encoding = tokenizer.encode_with_offsets(
        text.substr(from, end - from), {.is_part = true, .places_as_first = false, .num_before = num_before});
    const Encoding as_first = tokenizer.encode_with_offsets(
        text.substr(from, end - from), {.is_part = true, .places_as_first = true, .num_before = num_before});
    const bool is_first = all.ids.empty();
    all.ids.insert(all.ids.end(), encoding.ids.begin(), encoding.ids.end());
    const auto moved = static_cast<int64_t>(from);
    for (size_t i = 0; i < encoding.ids.size(); ++i) {
      const auto& [token_begin, token_end] = is_first && i == 0 ? as_first.offsets[i] : encoding.offsets[i];
      all.offsets.push_back({token_begin + moved, token_end + moved});
    }
  }
  return all;
}

TEST(PipelineCuts, PartsHaveTheTokensOfTheWholeInEveryPipeline) {
  std::mt19937 random(3);
  int num_cuttable = 0, num_cuts = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string document = test::random_pipeline(random);
    const auto tokenizer = parse_tokenizer(document, "t.json");
    num_cuttable += tokenizer->is_cuttable();
    for (int repeat = 0; repeat < 20; ++repeat) {
      const std::string text = test::random_pipeline_text(random);
      SCOPED_TRACE(document + "\n" + testing::PrintToString(text));
      const Encoding whole = tokenizer->encode_with_offsets(text), parts = encode_in_parts(*tokenizer, text, num_cuts);
      ASSERT_EQ(parts.ids, whole.ids);
      ASSERT_EQ(parts.offsets, whole.offsets);
      ASSERT_EQ(tokenizer->encode(text), whole.ids);
    }
  }
  EXPECT_GT(num_cuttable, 60);
  EXPECT_GT(num_cuts, 1000);
}

}  // namespace
}  // namespace slm::text

#include "slm/generate/prompt.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"

namespace slm::generate {
namespace {

TEST(EncodePrompt, GivesTheTokensOfTheText) {
  EXPECT_EQ(encode_prompt(*text::make_byte_tokenizer(), "ab"), (std::vector<int32_t>{'a', 'b'}));
}

TEST(EncodePrompt, AnEmptyPromptBeginsAfterALineFeedWhereTheVocabularyHasNoSpecialTokens) {
  const auto tokenizer = text::train_char_tokenizer("b\na");
  EXPECT_EQ(encode_prompt(*tokenizer, ""), (std::vector<int32_t>{*tokenizer->token_to_id("\n")}));
}

TEST(EncodePrompt, AnEmptyPromptIsRefusedWhereNothingBeginsAText) {
  try {
    encode_prompt(*text::train_char_tokenizer("ab"), "");
    FAIL() << "no exception";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "[generate] the prompt is empty and the vocabulary has no token that begins a text: give a prompt");
  }
}

}  // namespace
}  // namespace slm::generate

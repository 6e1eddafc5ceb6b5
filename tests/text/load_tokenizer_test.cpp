#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "slm/core/error.h"
#include "slm/text/tokenizer.h"

namespace slm::text {
namespace {

std::string message_of(const std::string& content) {
  try {
    parse_tokenizer(content, "t.json");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "no error";
}

TEST(LoadTokenizer, ACharacterVocabularyComesBackFromItsFile) {
  const auto made = train_char_tokenizer("\"quoted\" \\ back\nslash é 日本 😀");
  const auto loaded = parse_tokenizer(made->to_json(), "t.json");
  EXPECT_EQ(loaded->kind(), "char");
  ASSERT_EQ(loaded->vocab_size(), made->vocab_size());
  for (int32_t id = 0; id < made->vocab_size(); ++id) EXPECT_EQ(loaded->id_to_token(id), made->id_to_token(id));
}

TEST(LoadTokenizer, TheByteVocabularyComesBackFromItsFile) {
  const auto loaded = parse_tokenizer(make_byte_tokenizer()->to_json(), "t.json");
  EXPECT_EQ(loaded->kind(), "byte");
  EXPECT_EQ(loaded->encode("\xFF!"), (std::vector<int32_t>{255, 33}));
}

TEST(LoadTokenizer, ReadsAFolderThatHoldsATokenizerJson) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "slm_load_tokenizer";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "tokenizer.json") << train_char_tokenizer("ab")->to_json();
  EXPECT_EQ(load_tokenizer(folder.string())->vocab_size(), 2);
  std::filesystem::remove_all(folder);
}

TEST(LoadTokenizer, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(message_of("{\"model\": "), "t.json: byte 11: is not JSON: truncated copy? copy it again");
  EXPECT_EQ(message_of("[]"), "t.json: has no \"model\" object: not a tokenizer.json");
  EXPECT_THROW(load_tokenizer("/nonexistent/tokenizer.json"), IoError);
}

}  // namespace
}  // namespace slm::text

// The same vocabularies in their older formats give the same ids as their tokenizer.json.

#include "slm/text/older_formats.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/tokenizer.h"
#include "storage/scratch_folder.h"

namespace slm::text {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const char* const kText =
    "The quick brown fox doesn't jump over 12345 lazy dogs;\n\n it's naïve, isn't it? “Déjà vu” 東京 <|endoftext|>"
    " [SEP] x\t\r\n  Съешь же ещё этих мягких булок! 👩‍👩‍👧";

fs::path data_folder() {
  const char* const given = std::getenv("SLM_TEST_DATA");
  return given != nullptr ? fs::path(given) : fs::path(SLM_TEST_DATA_DEFAULT);
}

class OlderFormats : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(data_folder() / "gpt2")) GTEST_SKIP() << "no test data in " << data_folder();
  }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }

  test::ScratchFolder scratch_;
  const fs::path folder_ = scratch_.path();
};

void expect_same(const Tokenizer& a, const Tokenizer& b) {
  EXPECT_EQ(a.vocab_size(), b.vocab_size());
  const Encoding x = a.encode_with_offsets(kText), y = b.encode_with_offsets(kText);
  EXPECT_EQ(x.ids, y.ids);
  EXPECT_EQ(x.offsets, y.offsets);
  EXPECT_EQ(a.encode(kText), x.ids);
  EXPECT_EQ(a.decode(x.ids), b.decode(y.ids));
}

TEST_F(OlderFormats, VocabTxtIsTheTokenizerOfItsModel) {
  const fs::path bert = data_folder() / "bert-base-uncased";
  const auto expected = load_tokenizer((bert / "tokenizer.json").string());
  const auto loaded = load_tokenizer((bert / "vocab.txt").string());
  expect_same(*loaded, *expected);
  EXPECT_EQ(loaded->encode("a", {.add_special_tokens = true}), (std::vector<int32_t>{101, 1037, 102}));
  EXPECT_EQ(loaded->special_tokens().document_separator(), 102);
}

TEST_F(OlderFormats, VocabJsonWithMergesTxtIsTheTokenizerOfItsModel) {
  const fs::path gpt2 = data_folder() / "gpt2/tokenizer.json";
  std::ifstream file(gpt2);
  const Json model = Json::parse(file)["model"];
  std::string merges = "#version: 0.2\n";
  for (const Json& merge : model["merges"]) merges += merge.get<std::string>() + "\n";
  write("vocab.json", model["vocab"].dump());
  write("merges.txt", merges);
  const auto expected = load_tokenizer(gpt2.string());
  expect_same(*load_tokenizer(folder_.string()), *expected);
  expect_same(*load_tokenizer((folder_ / "merges.txt").string()), *expected);
}

TEST_F(OlderFormats, ATiktokenFileIsTheTokenizerOfItsModel) {
  const auto gpt2 = load_tokenizer((data_folder() / "gpt2").string());
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string lines;
  for (int32_t id = 0; id < 50256; ++id) {
    const std::string bytes = gpt2->token_bytes(id);
    for (size_t at = 0; at < bytes.size(); at += 3) {
      const auto byte = [&](size_t i) {
        return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u;
      };
      const uint32_t bits = byte(0) << 16 | byte(1) << 8 | byte(2);
      for (size_t i = 0; i < 4; ++i) lines += at + i <= bytes.size() ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
    lines += fmt::format(" {}\n", id);
  }
  write("r50k_base.tiktoken", lines);
  expect_same(*load_tokenizer(folder_.string()), *gpt2);
}

TEST_F(OlderFormats, AConfigBesideTheFileNamesTheRoles) {
  fs::copy_file(data_folder() / "gpt2/tokenizer.json", folder_ / "tokenizer.json");
  write("tokenizer_config.json", R"({"eos_token": "!", "pad_token": {"content": "?"}, "bos_token": "no such token"})");
  const auto tokenizer = load_tokenizer(folder_.string());
  EXPECT_EQ(tokenizer->special_tokens().eos, 0);
  EXPECT_EQ(tokenizer->special_tokens().pad, 30);
  EXPECT_EQ(tokenizer->special_tokens().bos, 50256);
}

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const FormatError& error) {
    return error.what();
  }
  return "no error";
}

TEST(OlderFormatErrors, SayWhichLineIsWrong) {
  EXPECT_EQ(message_of([] { bert_vocabulary_to_json("[UNK]\na\nb\na\n", "vocab.txt", true); }),
            "vocab.txt: line 4 has the token 'a' of line 2 again");
  EXPECT_EQ(message_of([] { bert_vocabulary_to_json("a\nb\n", "vocab.txt", true); }),
            "vocab.txt: has no line [UNK]: not the vocab.txt of a BERT model");
  EXPECT_EQ(message_of([] { tiktoken_vocabulary_to_json("IQ== 0\nIg== 2\n", "t.tiktoken"); }),
            "t.tiktoken: byte 7: got rank 2, expected 1: not a .tiktoken file");
  const std::string long_token = "QUJD" + std::string(4000, 'Q') + " 0\n";
  EXPECT_EQ(message_of([&] { tiktoken_vocabulary_to_json(long_token, "t.tiktoken"); }),
            "t.tiktoken: byte 0: got a token of 3003 bytes, expected at most 1024: not a .tiktoken file");
  // A chain of tokens, each a letter longer: the file is small, its merges would take half a gigabyte.
  std::string chain;
  for (size_t length = 1; length < 800; ++length) {
    std::string token;
    for (size_t i = 0; i < length / 3; ++i) token += "YWFh";
    const char* const ends[] = {"", "YQ==", "YWE="};
    chain += token + ends[length % 3] + " " + std::to_string(length - 1) + "\n";
  }
  EXPECT_EQ(message_of([&] { tiktoken_vocabulary_to_json(chain, "t.tiktoken"); }),
            "t.tiktoken: has tokens with more parts than any real vocabulary: not a .tiktoken file");
  EXPECT_EQ(message_of([] { tiktoken_vocabulary_to_json("?? 0\n", "t.tiktoken"); }),
            "t.tiktoken: byte 0: expected a token in base64 and its rank: not a .tiktoken file");
  EXPECT_EQ(message_of([] { byte_level_vocabulary_to_json(R"({"Ġ": 0})", "vocab.json", "ab\n", "merges.txt"); }),
            "merges.txt: byte 0: expected two tokens, separated by a space");
}

TEST(BertVocabulary, ACapitalLetterMakesItCased) {
  EXPECT_TRUE(is_lowercase_bert_vocabulary("[UNK]\n[CLS]\nthe\n##ing\n"));
  EXPECT_FALSE(is_lowercase_bert_vocabulary("[UNK]\nthe\nEcole\n"));
}

}  // namespace
}  // namespace slm::text

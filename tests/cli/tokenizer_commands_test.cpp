#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "cli/run_slm.h"
#include "slm/core/quantities.h"

namespace slm::test {
namespace {

const std::string kText =
    "the cat sat on the mat\nthe naïve café\n\na \"quoted\" line\twith a tab\r\nno newline at the end";

RunOptions with_input(const std::string& input) {
  RunOptions options;
  options.input = input;
  return options;
}

class TokenizerCommands : public testing::Test {
 protected:
  void SetUp() override {
    text_ = folder_.write("text.txt", kText);
    tokenizer_ = folder_.path("tokenizer.json");
    const ProgramResult trained = run_slm({"tokenizer", "train", text_, "--type", "bpe", "--vocab_size", "280",
                                           "--special_tokens", "<s>,</s>", "--out", tokenizer_});
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    EXPECT_EQ(trained.out, tokenizer_ + ": 280 tokens from 90 bytes of text\n");
  }

  TemporaryFolder folder_;
  std::string text_, tokenizer_;
};

TEST_F(TokenizerCommands, DecodeGivesBackWhatEncodeGot) {
  const ProgramResult ids = run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--ids"}, with_input(kText));
  ASSERT_EQ(ids.exit_code, 0) << ids.err;
  EXPECT_EQ(std::count(ids.out.begin(), ids.out.end(), '\n'), 5);
  const ProgramResult text = run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_}, with_input(ids.out));
  EXPECT_EQ(text.out, kText + "\n");
}

TEST_F(TokenizerCommands, ABinaryFileHoldsTheWholeTextAsOneDocument) {
  const std::string binary = folder_.path("ids.bin");
  const ProgramResult encoded =
      run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--input", text_, "--out", binary});
  ASSERT_EQ(encoded.exit_code, 0) << encoded.err;
  EXPECT_EQ(encoded.out, "");
  const ProgramResult text = run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_, "--input", binary});
  EXPECT_EQ(text.out, kText);
}

TEST_F(TokenizerCommands, AHyphenStandsForStandardOutput) {
  const std::string binary = folder_.path("ids.bin");
  ASSERT_EQ(run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--input", text_, "--out", binary}).exit_code,
            0);
  RunOptions options = with_input(kText);
  options.working_directory = folder_.path("here");
  std::filesystem::create_directories(options.working_directory);
  const ProgramResult ids = run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--out", "-"}, options);
  ASSERT_EQ(ids.exit_code, 0) << ids.err;
  EXPECT_EQ(ids.out, read_text(binary));
  EXPECT_TRUE(ids.err.starts_with("standard output: ")) << ids.err;
  const ProgramResult text =
      run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_, "--input", binary, "--out", "-"}, options);
  EXPECT_EQ(text.out, kText);
  EXPECT_EQ(run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_, "--binary"}, with_input(ids.out)).out, kText);
  expect_error(run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_, "--binary"}, with_input(ids.out + "x")), 1,
               {"-: has ", " bytes, expected a multiple of 4"});
  EXPECT_TRUE(std::filesystem::is_empty(options.working_directory));
}

TEST_F(TokenizerCommands, JsonHasIdsTokensAndOffsets) {
  const nlohmann::json result =
      only_json_of(run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--json"}, with_input("the é<s>")));
  ASSERT_EQ(result["ids"].size(), result["offsets"].size());
  ASSERT_EQ(result["ids"].size(), result["tokens"].size());
  EXPECT_EQ(result["ids"].back(), 0);
  EXPECT_EQ(result["tokens"].back(), "<s>");
  EXPECT_EQ(result["offsets"].back(), nlohmann::json({6, 9}));
}

TEST_F(TokenizerCommands, JsonOfALongTextIsThatOfTheWhole) {
  std::string text;
  while (text.size() < 1'500'000) text += kText;  // beyond a block of the input, and of each list
  const std::string input = folder_.write("long.txt", text), binary = folder_.path("long.bin");
  const nlohmann::json result =
      only_json_of(run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--input", input, "--json"}));
  ASSERT_EQ(run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--input", input, "--out", binary}).exit_code,
            0);
  const std::string bytes = read_text(binary);
  const auto ids = result["ids"].get<std::vector<uint32_t>>();
  ASSERT_EQ(bytes.size(), ids.size() * sizeof(uint32_t));
  EXPECT_EQ(std::memcmp(bytes.data(), ids.data(), bytes.size()), 0);
  ASSERT_EQ(result["offsets"].size(), ids.size());
  ASSERT_EQ(result["tokens"].size(), ids.size());
  EXPECT_EQ(result["offsets"].back()[1], text.size());
  // A text of one part repeats like the long one.
  const std::string few = kText + kText + kText;
  const nlohmann::json short_result =
      only_json_of(run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--json"}, with_input(few)));
  const auto count_until = [&](size_t place) {
    size_t count = 0;
    for (const auto& offset : short_result["offsets"]) count += offset[1] <= place;
    return count;
  };
  const size_t first = count_until(kText.size()), period = count_until(2 * kText.size()) - first;
  size_t num_differ = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    const size_t same = i < first ? i : first + (i - first) % period;
    const size_t moved = i < first ? 0 : (i - first) / period * kText.size();
    num_differ += result["tokens"][i] != short_result["tokens"][same] ||
                  result["offsets"][i][0] != short_result["offsets"][same][0].get<size_t>() + moved ||
                  result["offsets"][i][1] != short_result["offsets"][same][1].get<size_t>() + moved;
  }
  EXPECT_EQ(num_differ, 0u);
}

TEST_F(TokenizerCommands, SpecialTokensAreLeftOutUnlessKept) {
  EXPECT_EQ(run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_}, with_input("0 1\n")).out, "\n");
  EXPECT_EQ(
      run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_, "--keep_special_tokens"}, with_input("0 1\n")).out,
      "<s></s>\n");
}

TEST_F(TokenizerCommands, ShowSaysWhatATokenizerIs) {
  const ProgramResult shown = run_slm({"tokenizer", "show", "--tokenizer", tokenizer_});
  EXPECT_EQ(shown.out, "kind: BPE\nvocabulary: 280 tokens\nspecial:        0 <s>\nspecial:        1 </s>\n");
}

TEST_F(TokenizerCommands, ShowWritesNothingThatATerminalWouldObey) {
  const std::string text = folder_.write("controls.txt", "a\nb\x1b[31m\xC2\x9B");
  const std::string characters = folder_.path("characters.json");
  ASSERT_EQ(
      run_slm({"tokenizer", "train", text, "--type", "char", "--special_tokens", "<\x1b[2J>", "--out", characters})
          .exit_code,
      0);
  const ProgramResult shown = run_slm({"tokenizer", "show", "--tokenizer", characters, "a\n\x1b"});
  EXPECT_EQ(shown.out.substr(0, shown.out.find('\n')), "a|\\x0a|\\x1b");
  EXPECT_EQ(std::count(shown.out.begin(), shown.out.end(), '\n'), 4);
  EXPECT_EQ(shown.out.find('\x1b'), std::string::npos);
  const ProgramResult described = run_slm({"tokenizer", "show", "--tokenizer", characters});
  EXPECT_TRUE(described.out.ends_with(" <\\x1b[2J>\n")) << described.out;
}

TEST_F(TokenizerCommands, ShowGivesEachPartOfTheTextOnce) {
  const ProgramResult shown = run_slm({"tokenizer", "show", "--tokenizer", tokenizer_, "a 👩"});
  std::string line = shown.out.substr(0, shown.out.find('\n'));
  std::erase(line, '|');
  EXPECT_EQ(line, "a 👩");
}

TEST_F(TokenizerCommands, ALongTextIsEncodedInPartsAndDecodedInBlocks) {
  std::string text = "\n";
  while (text.size() < 9'000'000) text += kText;  // more than two blocks of the input, in lines and as one
  const std::string input = folder_.write("long.txt", text);
  const std::string binary = folder_.path("long.bin"), back = folder_.path("back.txt");
  const ProgramResult encoded =
      run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--input", input, "--out", binary});
  ASSERT_EQ(encoded.exit_code, 0) << encoded.err;
  const auto num_tokens = static_cast<int64_t>(std::filesystem::file_size(binary) / 4);
  EXPECT_EQ(encoded.err, binary + ": " + with_thousands(num_tokens) + " tokens of " +
                             with_thousands(static_cast<int64_t>(text.size())) + " bytes\n");
  ASSERT_EQ(run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_, "--input", binary, "--out", back}).exit_code, 0);
  EXPECT_TRUE(read_text(back) == text);
  std::erase(text, '\n');
  const std::string line = folder_.write("line.txt", text);
  const ProgramResult ids = run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--input", line});
  EXPECT_EQ(std::count(ids.out.begin(), ids.out.end(), '\n'), 1);
  const std::string ids_file = folder_.write("ids.txt", ids.out);
  EXPECT_TRUE(run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_, "--input", ids_file}).out == text + "\n");
}

TEST_F(TokenizerCommands, TextWithoutAPlaceToCutIsEncodedAllTheSame) {
  const std::string bytes = folder_.path("bytes.json"), binary = folder_.path("uncut.bin");
  ASSERT_EQ(run_slm({"tokenizer", "train", text_, "--type", "byte", "--out", bytes}).exit_code, 0);
  const std::string text = std::string(18'000'000, 'x') + " y";
  const ProgramResult encoded = run_slm(
      {"tokenizer", "encode", "--tokenizer", bytes, "--input", folder_.write("uncut.txt", text), "--out", binary});
  ASSERT_EQ(encoded.exit_code, 0) << encoded.err;
  EXPECT_TRUE(run_slm({"tokenizer", "decode", "--tokenizer", bytes, "--input", binary}).out == text);
}

TEST_F(TokenizerCommands, AnUnknownCharacterIsNamedWithItsPlaceInTheInput) {
  const std::string characters = folder_.path("characters.json");
  ASSERT_EQ(run_slm({"tokenizer", "train", text_, "--type", "char", "--out", characters}).exit_code, 0);
  std::string text;
  while (text.size() < 500'000) text += kText;
  const std::string place = std::to_string(text.size());
  text += "€\nlast ß";
  const std::string input = folder_.write("unknown.txt", text);
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--out", folder_.path("x.bin")}, {"--json"}}) {
    std::vector<std::string> arguments = {"tokenizer", "encode", "--tokenizer", characters, "--input", input};
    arguments.insert(arguments.end(), more.begin(), more.end());
    expect_error(run_slm(arguments), 1, {input + ": byte " + place + ": U+20AC '€' is not among the ", characters});
  }
}

TEST_F(TokenizerCommands, AFullDiskLeavesNothing) {
  RunOptions options;
  options.input = kText;
  options.max_file_size_bytes = 16;
  const std::string binary = folder_.path("full.bin");
  const ProgramResult full = run_slm({"tokenizer", "encode", "--tokenizer", tokenizer_, "--out", binary}, options);
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_TRUE(full.err.starts_with("slm: error: " + binary + ": ")) << full.err;
  EXPECT_FALSE(std::filesystem::exists(binary));
}

TEST_F(TokenizerCommands, ErrorsAreOneLine) {
  const ProgramResult id = run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_}, with_input("5 280\n"));
  EXPECT_EQ(id.exit_code, 1);
  EXPECT_EQ(id.err, "slm: error: -: byte 2: token 280 is not among the 280 of the tokenizer\n");
  const ProgramResult huge =
      run_slm({"tokenizer", "decode", "--tokenizer", tokenizer_}, with_input("99999999999999999999"));
  EXPECT_EQ(huge.err, "slm: error: -: byte 0: token 99999999999999999999 is not among the 280 of the tokenizer\n");
  const ProgramResult small =
      run_slm({"tokenizer", "train", text_, "--vocab_size", "100", "--out", folder_.path("small.json")});
  EXPECT_EQ(small.exit_code, 1);
  EXPECT_EQ(
      small.err,
      "slm: error: [tokenizer training] a vocabulary of 100 tokens has no room for 0 special tokens and an alphabet of "
      "256 bytes: ask for at least 256 tokens\n");
  const ProgramResult none = run_slm({"tokenizer", "encode"}, with_input("x"));
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_EQ(none.err, "slm: error: --tokenizer is missing: a tokenizer.json, or a folder with one\n");
}

}  // namespace
}  // namespace slm::test

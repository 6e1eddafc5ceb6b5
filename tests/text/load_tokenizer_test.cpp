#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "slm/core/error.h"
#include "slm/text/tokenizer.h"
#include "storage/scratch_folder.h"

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
  const test::ScratchFolder scratch;
  const std::filesystem::path folder = scratch.path();
  std::ofstream(folder / "tokenizer.json") << train_char_tokenizer("ab")->to_json();
  EXPECT_EQ(load_tokenizer(folder.string())->vocab_size(), 2);
}

TEST(LoadTokenizer, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(message_of("{\"model\": "), "t.json: byte 11: is not JSON: truncated copy? copy it again");
  EXPECT_TRUE(message_of("{\"model\": -4e999}").starts_with("t.json: is not JSON that slm can read: "));
  EXPECT_EQ(message_of("[]"), "t.json: has no \"model\" object: not a tokenizer.json");
  EXPECT_THROW(load_tokenizer("/nonexistent/tokenizer.json"), IoError);
}

TEST(LoadTokenizer, SaysWhatIsWrongWithAFolder) {
  const test::ScratchFolder scratch;
  const std::filesystem::path link = scratch / "link";
  std::filesystem::create_symlink(link, link);  // leads to itself: not even root can look behind it
  try {
    load_tokenizer(link.string());
    FAIL();
  } catch (const IoError& error) {
    EXPECT_EQ(error.what(), link.string() +
                                ": cannot look for a tokenizer: Too many levels of symbolic links; check the path, and "
                                "the permissions of the folder and of those above it");
  }
}

TEST(LoadTokenizer, NamesTheFileBesideTheTokenizerThatIsBroken) {
  const test::ScratchFolder scratch;
  const std::filesystem::path folder = scratch.path();
  const std::string config = (folder / "tokenizer_config.json").string();
  std::ofstream(folder / "tokenizer.json") << train_char_tokenizer("ab")->to_json();
  const auto message_with = [&](const std::string& content) {
    std::ofstream(config) << content;
    try {
      load_tokenizer(folder.string());
    } catch (const FormatError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(message_with(R"({"eos_token": "a")"), config + ": byte 18: is not JSON: truncated copy? copy it again");
  EXPECT_EQ(message_with(""), config + ": byte 1: is not JSON: truncated copy? copy it again");
  EXPECT_EQ(message_with("[]"), config + ": is not a JSON object");
  const std::string number = message_with(R"({"model_max_length": 1e999})");
  EXPECT_TRUE(number.starts_with(config + ": is not JSON that slm can read: ")) << number;
  EXPECT_EQ(message_with(R"({"eos_token": "a"})"), "no error");
}

TEST(LoadTokenizer, RefusesEveryTruncationInOneLine) {
  const std::string whole = R"({"version": "1.0", "added_tokens": [], "model": {"type": "BPE",)"
                            R"( "vocab": {"a": 0, "\u00e9\"": 1, "ab": 2, "b": 3}, "merges": [["a", "b"]]}})";
  EXPECT_EQ(message_of(whole), "no error");
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string message = message_of(whole.substr(0, size));
    EXPECT_TRUE(message.ends_with("is not JSON: truncated copy? copy it again")) << size << ": " << message;
  }
}

TEST(LoadTokenizer, SaysWhereAFileIsNoJsonBehindItsLists) {
  const std::string content = R"({"model": {"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"], x}})";
  EXPECT_EQ(message_of(content),
            "t.json: byte " + std::to_string(content.find('x') + 1) + ": is not JSON: truncated copy? copy it again");
}

TEST(LoadTokenizer, RefusesDeepNestingAndTooManyValues) {
  EXPECT_EQ(message_of(std::string(1000, '[')), "t.json: byte 100: is nested more than 100 deep");
  EXPECT_EQ(message_of(std::string(size_t{17} << 20, ',')), "t.json: byte 16777216: has more than 16777216 values");
}

TEST(LoadTokenizer, ReadsTheListsOfAModelWhateverTheirOrderAndEscapes) {
  const auto tokenizer = parse_tokenizer(R"({"model": {"merges": ["\u0061 b" , ["ab","\ud83d\ude00"]],)"
                                         R"( "vocab" : {"a":0,"b":1,"ab":2,"😀":3,"ab\ud83d\ude00":4}}})",
                                         "t.json");
  EXPECT_EQ(tokenizer->encode("ab😀"), (std::vector<int32_t>{4}));
  EXPECT_EQ(tokenizer->kind(), "BPE");
}

std::string with_model(const std::string& model) { return R"({"model": )" + model + "}"; }

TEST(LoadTokenizer, SaysWhatIsWrongWithAModel) {
  EXPECT_EQ(message_of(with_model(R"({"type": "Markov"})")),
            "t.json: model has type \"Markov\", which slm does not support");
  EXPECT_EQ(
      message_of(with_model(R"({"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]})")),
      "t.json: model is inconsistent: merge 0 ('a' 'b') needs the token 'ab', which the vocabulary does not have");
  EXPECT_EQ(message_of(with_model(R"({"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []})")),
            "t.json: byte 50: model gives the id 0 to two tokens, 'a' and 'b'");
  EXPECT_EQ(message_of(with_model(R"({"type": "BPE", "vocab": {"a": 0, "b": 2}, "merges": []})")),
            "t.json: model has a gap: no token has id 1, but 2 is taken ('b')");
  EXPECT_EQ(message_of(with_model(R"({"type": "BPE", "vocab": {"a": 4000000000}, "merges": []})")),
            "t.json: byte 51: model gives the token 'a' the id 4000000000, expected a number below 4194304");
  EXPECT_EQ(message_of(with_model(R"({"type": "BPE", "vocab": {}, "merges": [], "dropout": 0.1})")),
            "t.json: model has dropout, which makes encoding random: slm does not support it; set \"dropout\" to null");
  EXPECT_EQ(message_of(with_model(R"({"type": "WordLevel", "vocab": []})")), "t.json: model has no \"unk_token\"");
}

TEST(LoadTokenizer, SaysWhatIsWrongWithAComponent) {
  const std::string model = R"("model": {"type": "BPE", "vocab": {"a": 0}, "merges": []})";
  EXPECT_EQ(message_of(R"({"normalizer": {"type": "Shout"}, )" + model + "}"),
            "t.json: normalizer has type \"Shout\", which slm does not support");
  EXPECT_EQ(
      message_of(R"({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "behavior": "Isolated",)"
                 R"( "invert": false, "pattern": {"Regex": "(a"}}]}, )" +
                 model + "}"),
      "t.json: pre_tokenizer.pretokenizers[0] cannot be used: the pattern '(a' is not a regular expression: missing "
      "closing parenthesis");
  EXPECT_EQ(
      message_of(R"({"added_tokens": [{"id": 7, "content": "<s>", "single_word": false, "lstrip": false,)"
                 R"( "rstrip": false, "normalized": false, "special": true}], )" +
                 model + "}"),
      "t.json: tokenizer.added_tokens[0] gives '<s>' the id 7, expected 1: ids must go on behind the model's without "
      "gaps");
}

TEST(LoadTokenizer, RefusesIdsAroundATextThatNoTokenHas) {
  const std::string model = R"("model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []})";
  const auto with_template = [&](int id) {
    return R"({"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x",)"
           R"( "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {"x": {"id": "x",)"
           R"( "ids": [)" +
           std::to_string(id) + R"(], "tokens": ["x"]}}}, )" + model + "}";
  };
  EXPECT_EQ(message_of(with_template(1)), "no error");
  EXPECT_EQ(message_of(with_template(2)), "t.json: tokenizer has a post_processor with the id 2, which no token has");
  const auto with_padding = [&](const std::string& strategy, int id) {
    return R"({"padding": {"strategy": )" + strategy + R"(, "pad_id": )" + std::to_string(id) + "}, " + model + "}";
  };
  EXPECT_EQ(message_of(with_padding("\"BatchLongest\"", 0)), "no error");
  EXPECT_EQ(message_of(with_padding("\"BatchLongest\"", 2)),
            "t.json: tokenizer has a padding with the id 2, which no token has");
  EXPECT_EQ(message_of(with_padding(R"({"Fixed": 2147483647})", 0)),
            "t.json: tokenizer.padding makes texts of 2147483647 tokens, slm takes at most 16777216");
}

TEST(LoadTokenizer, RefusesStepsBehindATemplateThatWouldSeeSeveralTexts) {
  const auto with_steps = [](const std::string& steps) {
    return R"({"post_processor": {"type": "Sequence", "processors": [)" + steps +
           R"(]}, "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}})";
  };
  const std::string bert = R"({"type": "BertProcessing", "sep": ["a", 0], "cls": ["b", 1]})";
  const std::string level = R"({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true})";
  EXPECT_EQ(message_of(with_steps(level + "," + bert)), "no error");
  EXPECT_EQ(message_of(with_steps(bert + "," + bert)),
            "t.json: post_processor.processors[1] is BertProcessing behind a template, which slm does not support");
  EXPECT_EQ(message_of(with_steps(bert + "," + level)),
            "t.json: post_processor.processors[1] is ByteLevel behind a template, which slm does not support");
  EXPECT_EQ(message_of(with_steps(bert + R"(, {"type": "Sequence", "processors": [)" + bert + "]}")),
            "t.json: post_processor.processors[1] is Sequence behind a template, which slm does not support");
}

TEST(LoadTokenizer, TakesAnyNumberOfAddedTokens) {
  // Comparing each with all before it would take minutes.
  std::string content = R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "added_tokens": [)";
  constexpr int kTokens = 100'000;
  for (int i = 1; i <= kTokens; ++i) {
    content += (i == 1 ? "" : ",") + std::string(R"({"id":)") + std::to_string(i) + R"(,"content":"<)" +
               std::to_string(i) +
               R"(>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true})";
  }
  const auto tokenizer = parse_tokenizer(content + "]}", "t.json");
  EXPECT_EQ(tokenizer->vocab_size(), kTokens + 1);
  EXPECT_EQ(tokenizer->encode("a<77777>"), (std::vector<int32_t>{0, 77777}));
}

TEST(LoadTokenizer, RefusesNestingThatNoTokenizerHas) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_EQ(message_of(R"({"model": )" + deep + "}"), "t.json: byte 109: is nested more than 100 deep");
}

}  // namespace
}  // namespace slm::text

#include "random_pipeline.h"

#include <nlohmann/json.hpp>

namespace slm::text::test {
namespace {

using Json = nlohmann::json;

Json parts_of(const char* text) { return Json::parse(text); }

const Json& normalizers() {
  static const Json made = parts_of(R"([
    {"type": "Prepend", "prepend": "▁"}, {"type": "Prepend", "prepend": "x"}, {"type": "Lowercase"},
      {"type": "NFC"},
    {"type": "NFD"}, {"type": "NFKC"}, {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Nmt"},
    {"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "Strip", "strip_left": true,
      "strip_right": false},
    {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
    {"type": "Replace", "pattern": {"String": " "}, "content": ""},
    {"type": "Replace", "pattern": {"String": "a"}, "content": ""},
    {"type": "Replace", "pattern": {"String": "b"}, "content": " "},
    {"type": "Replace", "pattern": {"String": "b c"}, "content": "é"},
    {"type": "Replace", "pattern": {"String": ","}, "content": " , "},
    {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
    {"type": "Replace", "pattern": {"Regex": "\\s+$"}, "content": "y"},
    {"type": "Replace", "pattern": {"Regex": "[^\\r\\n]{2}"}, "content": "-"},
    {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
      "lowercase": true},
    {"type": "ByteLevel"}])");
  return made;
}

const Json& pre_tokenizers() {
  static const Json made = parts_of(R"x([
    {"type": "BertPreTokenizer"}, {"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "UnicodeScripts"},
    {"type": "Digits", "individual_digits": true}, {"type": "Digits", "individual_digits": false},
    {"type": "Punctuation", "behavior": "Isolated"}, {"type": "Punctuation", "behavior": "MergedWithPrevious"},
    {"type": "Punctuation", "behavior": "MergedWithNext"}, {"type": "Punctuation", "behavior": "Contiguous"},
    {"type": "CharDelimiterSplit", "delimiter": " "}, {"type": "FixedLength", "length": 3},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true},
    {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
    {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": false},
    {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false},
    {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithNext", "invert": false},
    {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false},
    {"type": "Split", "pattern": {"String": "c,"}, "behavior": "Isolated", "invert": false},
    {"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Isolated", "invert": false},
    {"type": "Split", "pattern": {"Regex": " {2,}|\\n"}, "behavior": "Contiguous", "invert": false},
    {"type": "Split", "pattern": {"Regex": "\\s?[A-Za-z]+"}, "behavior": "Isolated", "invert": false},
    {"type": "Split", "pattern": {"Regex": " ?\\p{L}+"}, "behavior": "MergedWithNext", "invert": false},
    {"type": "Split", "pattern": {"Regex": "\\w+|[^\\w\\s]+"}, "behavior": "Removed", "invert": true},
    {"type": "Split", "pattern": {"Regex": "\\s+$"}, "behavior": "Isolated", "invert": false},
    {"type": "Split", "pattern": {"Regex": "\\d{1,3}(?=(\\d{3})*\\b)"}, "behavior": "Isolated", "invert": false},
    {"type": "Split", "pattern": {"Regex": "(?<=[a-z])[A-Z]|(?<!\\w)b+|\\Ba"}, "behavior": "Isolated", "invert": false},
    {"type": "Split", "pattern": {"Regex": "(?=c)|^a|(?<= )a+"}, "behavior": "Removed", "invert": false},
    {"type": "Split", "pattern": {"Regex": "[ab]+(?=\\s|$)"}, "behavior": "Isolated", "invert": true},
    {"type": "Split", "pattern": {"Regex": "[\\r\\n]"}, "behavior": "Isolated", "invert": false},
    {"type": "Split", "pattern":
      {"Regex": "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},
     "behavior": "Isolated", "invert": false}])x");
  return made;
}

const Json& models() {
  static const Json made = parts_of(R"([
    {"type": "BPE", "unk_token": "<u>", "fuse_unk": true, "vocab":
      {"<u>": 0, "▁": 1, "a": 2, "b": 3, " ": 4, ",": 5, "▁a": 6, "ab": 7, "▁ab": 8, "▁▁": 9, "x": 10,
      "Ġ": 11, "Ġa": 12, "\n": 13},
      "merges": ["▁ a", "a b", "▁ ab", "▁ ▁", "Ġ a"]},
    {"type": "BPE", "unk_token": "<u>", "vocab": {"<u>": 0, "▁": 1, "a": 2, "b": 3, " ": 4, "a▁": 5, "a ": 6,
      "x": 7},
      "merges": [["a", "▁"], ["a", " "]]},
    {"type": "BPE", "unk_token": "<u>", "ignore_merges": true, "vocab": {"<u>": 0, "▁": 1, "a": 2, "b": 3,
      "ab": 4, "▁ab": 5},
      "merges": ["a b"]},
    {"type": "BPE", "unk_token": "<u>", "end_of_word_suffix": "</w>", "vocab": {"<u>": 0, "a</w>": 1, "a": 2,
      "b": 3, "b</w>": 4}, "merges": []},
    {"type": "BPE", "vocab": {"▁": 0, "a": 1, "b": 2, "x": 3}, "merges": []},
    {"type": "WordLevel", "unk_token": "<u>", "vocab": {"<u>": 0, "a": 1, "ab": 2, "▁a": 3, " ": 4}},
    {"type": "WordPiece", "unk_token": "<u>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 9,
      "vocab": {"<u>": 0, "a": 1, "b": 2, "##a": 3, "##b": 4, "##c": 5, "c": 6}},
    {"type": "Unigram", "unk_id": 0,
      "vocab": [["<u>", -5], ["▁", -2], ["a", -2], ["b", -2], ["ab", -3], ["▁a", -2.5], [" ", -3]]}])");
  return made;
}

Json added_token(const std::string& content, int id, std::mt19937& random) {
  return {{"id", id},
          {"content", content},
          {"single_word", random() % 3 == 0},
          {"lstrip", random() % 3 == 0},
          {"rstrip", random() % 3 == 0},
          {"normalized", random() % 2 == 0},
          {"special", random() % 2 == 0}};
}

}  // namespace

std::string random_pipeline(std::mt19937& random) {
  const auto one_of = [&](const Json& list) { return list[random() % list.size()]; };
  Json document = {{"version", "1.0"}, {"model", one_of(models())}};
  const auto add = [&](const char* name, const char* steps_name, const Json& list) {
    Json steps = Json::array();
    while (random() % 5 < 3 && steps.size() < 3) steps.push_back(one_of(list));
    if (steps.size() == 1) document[name] = steps[0];
    if (steps.size() > 1) document[name] = {{"type", "Sequence"}, {steps_name, steps}};
  };
  add("normalizer", "normalizers", normalizers());
  add("pre_tokenizer", "pretokenizers", pre_tokenizers());
  if (random() % 2 == 0) {
    const auto first = static_cast<int>(document["model"]["vocab"].size());
    document["added_tokens"] = Json::array();
    for (const char* content : {"<s>", ", ", "c\n", "x"}) {
      if (random() % 3 != 0 || document["model"]["vocab"].contains(content)) continue;
      const auto id = first + static_cast<int>(document["added_tokens"].size());
      document["added_tokens"].push_back(added_token(content, id, random));
    }
  }
  if (random() % 3 == 0) {
    document["post_processor"] = {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}};
  }
  return document.dump();
}

const std::vector<std::string>& pipeline_text_parts() {
  static const std::vector<std::string> parts = {"a",  "a",  "b",  "c",       "ab",     "x",    "Z",    " ",  " ",
                                                 " ",  "  ", "\n", "\n",      ",",      ",",    ".",    "-",  "1",
                                                 "23", "é",  "▁",  "e\u0301", "\u00A0", "日本", "。",   "，", "<s>",
                                                 "\t", "…",  "½",  "'s",      "ﬁ",      "\x01", "\xff", "İ",  "word"};
  return parts;
}

std::string random_pipeline_text(std::mt19937& random) {
  const std::vector<std::string>& parts = pipeline_text_parts();
  std::string text;
  for (size_t i = random() % 20 + 1; i > 0; --i) text += parts[random() % parts.size()];
  return text;
}

}  // namespace slm::text::test

#include "small_tokenizers.h"

#include <string>

#include "slm/core/json_text.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/gpt_patterns.h"
#include "slm/text/tokenizer_document.h"

namespace slm::fuzz {
namespace {

using text::OrderedJson;

constexpr const char* kText = "the then cat's cats sat on 12 mats, naïve café 日本 the end ...\n\n  x_1 = y2;\t";

OrderedJson byte_level_document(text::GptPattern pattern, bool ignores_merges) {
  OrderedJson vocab = OrderedJson::object(), merges = OrderedJson::array();
  int id = 0;
  for (const std::string& byte : text::byte_level_alphabet()) vocab[byte] = id++;
  const std::pair<const char*, const char*> pairs[] = {
      {"t", "h"}, {"th", "e"}, {"Ġ", "the"}, {"a", "t"},  {"c", "at"}, {"a", "a"}, {"aa", "aa"},
      {"n", "d"}, {"e", "nd"}, {"Ã", "©"},   {"'", "s"},  {"1", "2"},  {"Ġ", "Ġ"}, {"Ċ", "Ċ"},
      {".", "."}, {"..", "."}, {"æ", "Ĺ"},   {"æĹ", "¥"}, {"s", "at"}, {"b", "a"}};
  for (const auto& [left, right] : pairs) {
    vocab[std::string(left) + right] = id++;
    merges.push_back(OrderedJson::array({left, right}));
  }
  OrderedJson document = text::empty_document();
  document["added_tokens"].push_back(text::special_token("<|end|>", id));
  document["pre_tokenizer"] = text::byte_level_pre_tokenizer_of(pattern);
  document["decoder"] = text::byte_level(true);
  document["model"] = text::bpe_model_document(std::move(vocab), std::move(merges));
  document["model"]["ignore_merges"] = ignores_merges;
  return document;
}

std::string byte_level_bpe(text::GptPattern pattern, bool ignores_merges) {
  return json_text(byte_level_document(pattern, ignores_merges));
}

// No pre-tokenizer: the bytes are spelled before.
std::string normalized_bytes() {
  OrderedJson document = byte_level_document(text::GptPattern::kGpt2, false);
  document["normalizer"] = {{"type", "ByteLevel"}};
  document["pre_tokenizer"] = nullptr;
  document["added_tokens"] = OrderedJson::array();
  return json_text(document);
}

// Groups of three digits from the right, and the text twice.
std::string grouped_digits() {
  OrderedJson document = byte_level_document(text::GptPattern::kGpt2, false);
  document["pre_tokenizer"] = OrderedJson::parse(R"x({"type": "Sequence", "pretokenizers": [
    {"type": "Split", "pattern": {"Regex": "\\d{1,3}(?=(\\d{3})*\\b)"}, "behavior": "Isolated", "invert": false},
    {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]})x");
  document["added_tokens"] = OrderedJson::array();
  document["post_processor"] = OrderedJson::parse(R"({"type": "TemplateProcessing", "single": [
    {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "s", "type_id": 0}},
    {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}},
    {"Sequence": {"id": "B", "type_id": 0}}], "special_tokens": {"s": {"id": "s", "ids": [0], "tokens": ["!"]}}})");
  return json_text(document);
}

std::string words_in(const char* pre_tokenizers) {
  OrderedJson document = OrderedJson::parse(R"({"model": {"type": "WordLevel", "unk_token": "?",
    "vocab": {"?": 0, "the": 1, "cat": 2, "12": 3, ".": 4, "日本": 5, "on": 6, "mat": 7, "s": 8}}})");
  document["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", OrderedJson::parse(pre_tokenizers)}};
  return json_text(document);
}

std::string wordpiece(bool lowercase) {
  OrderedJson vocab = OrderedJson::object();
  int id = 0;
  for (const char* token :
       {"[UNK]", "[CLS]", "[SEP]", "the", "cat", "##s", "s", "##at", "##a", "a", "naive", "na", "caf",
        "##e",   "##é",   "日",    "本",  ".",   ",",   "1", "##2",  "x",   "_", "'",     "on", "##n"}) {
    vocab[token] = id++;
  }
  OrderedJson document = text::empty_document();
  document["added_tokens"].push_back(text::special_token("[SEP]", 2));
  document["normalizer"] = text::bert_normalizer_document(lowercase);
  document["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
  document["post_processor"] = text::around_text("[CLS]", 1, "[SEP]", 2);
  document["decoder"] = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
  document["model"] = {{"type", "WordPiece"}, {"unk_token", "[UNK]"}, {"vocab", vocab}};
  return json_text(document);
}

constexpr const char* kWordLevel = R"({"normalizer": {"type": "NFKC"}, "pre_tokenizer": {"type": "Whitespace"},
  "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "the": 1, "cat": 2, "12": 3, ".": 4}}})";

constexpr const char* kUnigram = R"({"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}]},
  "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
  "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
  "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab": [["<unk>", 0.0], ["▁", -2.0],
  ["▁the", -3.0], ["the", -3.5], ["a", -4.0], ["t", -4.5], ["at", -4.2], ["cat", -5.0], ["s", -4.0], ["é", -6.0]]}})";

std::string llama2() {
  OrderedJson vocab = {{"<unk>", 0}, {"<s>", 1}, {"▁", 2},   {"t", 3},   {"h", 4},
                       {"e", 5},     {"th", 6},  {"the", 7}, {"▁the", 8}};
  for (int byte = 0; byte < 256; ++byte) {
    constexpr const char* kDigits = "0123456789ABCDEF";
    vocab[std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">"] = 9 + byte;
  }
  // A list of pairs would become an object.
  const OrderedJson merges = OrderedJson::array({"t h", "th e", "▁ the"});
  OrderedJson document = text::empty_document();
  document["normalizer"] = {{"type", "Sequence"},
                            {"normalizers",
                             {{{"type", "Prepend"}, {"prepend", "▁"}},
                              {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}}}}};
  document["decoder"] = {{"type", "Sequence"},
                         {"decoders",
                          {{{"type", "Replace"}, {"pattern", {{"String", "▁"}}}, {"content", " "}},
                           {{"type", "ByteFallback"}},
                           {{"type", "Fuse"}},
                           {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}}}}};
  document["model"] = text::bpe_model_document(std::move(vocab), merges);
  document["model"]["unk_token"] = "<unk>";
  document["model"]["fuse_unk"] = true;
  document["model"]["byte_fallback"] = true;
  return json_text(document);
}

}  // namespace

std::vector<std::shared_ptr<const text::Tokenizer>> small_tokenizers() {
  using text::GptPattern;
  std::vector<std::shared_ptr<const text::Tokenizer>> tokenizers = {text::make_byte_tokenizer(),
                                                                    text::train_char_tokenizer(kText)};
  for (const std::string& json :
       {byte_level_bpe(GptPattern::kGpt2, false), byte_level_bpe(GptPattern::kLlama3, true),
        byte_level_bpe(GptPattern::kQwen2, false), byte_level_bpe(GptPattern::kO200k, false), wordpiece(true),
        wordpiece(false), std::string(kWordLevel), std::string(kUnigram), llama2(), normalized_bytes(),
        grouped_digits(), words_in(R"([{"type": "WhitespaceSplit"}, {"type": "FixedLength", "length": 3}])"),
        words_in(R"([{"type": "UnicodeScripts"}, {"type": "WhitespaceSplit"}])")}) {
    tokenizers.push_back(text::parse_tokenizer(json, "small.json"));
  }
  return tokenizers;
}

}  // namespace slm::fuzz

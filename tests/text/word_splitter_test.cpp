#include "slm/text/word_splitter.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "slm/text/tokenizer_document.h"

namespace slm::text {
namespace {

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "a",
      "Word",
      "XYZ",
      "9",
      "'",
      "-",
      ",",
      " ",
      "  ",
      "\t",
      "\n",
      "\r\n",
      "\x01",
      "\x7f",
      "\v",
      "é",
      "É",
      "e\u0301",
      "中",
      "文",
      "\u00A0",
      "\u3000",
      "\u200B",
      "ΑΣ",
      "İ",
      "▁",
      "😀",
      "\xff",
      "\xe2\x96",
      "。",
      std::string(1, '\0'),
  };
  std::string text;
  for (size_t i = random() % 12; i > 0; --i) text += kParts[random() % kParts.size()];
  return text;
}

std::map<std::string, int64_t> words_of(const WordSplitter& splitter, const std::string& text) {
  WordCounts words;
  splitter.split(text, words);
  std::map<std::string, int64_t> result;
  for (size_t i = 0; i < words.size(); ++i) result.emplace(words[i].text, words[i].count);
  return result;
}

void expect_equal_words(const WordSplitter& fast, const WordSplitter& pipeline) {
  std::mt19937 random(17);
  for (int i = 0; i < 4000; ++i) {
    const std::string text = random_text(random);
    ASSERT_EQ(words_of(fast, text), words_of(pipeline, text)) << testing::PrintToString(text);
  }
}

TEST(WordSplitter, SplitsAsBertsPipelineDoes) {
  for (const bool lowercase : {false, true}) {
    OrderedJson document = empty_document();
    document["normalizer"] = bert_normalizer_document(lowercase);
    document["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
    const auto pipeline = pipeline_word_splitter(document);
    expect_equal_words(*bert_word_splitter(lowercase, pipeline_word_splitter(document)), *pipeline);
  }
}

TEST(WordSplitter, SplitsAsMetaspaceDoes) {
  OrderedJson document = empty_document();
  document["pre_tokenizer"] = metaspace_pre_tokenizer_document();
  expect_equal_words(*metaspace_word_splitter(), *pipeline_word_splitter(document));
}

}  // namespace
}  // namespace slm::text

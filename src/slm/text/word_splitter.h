#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "slm/text/gpt_patterns.h"
#include "slm/text/word_counts.h"

namespace slm::text {

// Cuts texts into the words that a tokenizer's model will get: what its normalizer and pre-tokenizer leave. Immutable;
// safe from several threads.
class WordSplitter {
 public:
  virtual ~WordSplitter() = default;

  virtual void split(std::string_view text, WordCounts& words) const = 0;

  // Whether the words stay the same where a text is cut as WordCounterOptions::may_cut_at_lines says.
  virtual bool may_cut_at_lines() const { return true; }
};

// The normalizer and pre-tokenizer of a tokenizer.json, part by part.
std::unique_ptr<WordSplitter> pipeline_word_splitter(const nlohmann::ordered_json& document);

// Three of them that are faster. The words of byte-level BPE with a known pattern, as bytes:
std::unique_ptr<WordSplitter> gpt_word_splitter(GptPattern pattern);
// bert_normalizer_document() and BertPreTokenizer; words with other characters than ASCII go through `pipeline`.
std::unique_ptr<WordSplitter> bert_word_splitter(bool lowercase, std::unique_ptr<WordSplitter> pipeline);
// metaspace_pre_tokenizer_document() without a normalizer.
std::unique_ptr<WordSplitter> metaspace_word_splitter();

// Counts a word; a very long one, which is hardly a word, in parts of 64 KB: every merge goes through the whole of
// each.
void add_word(std::string_view word, WordCounts& words);

}  // namespace slm::text

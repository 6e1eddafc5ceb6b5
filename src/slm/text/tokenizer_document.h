#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "slm/text/gpt_patterns.h"

// Parts of a tokenizer.json that slm writes.
namespace slm::text {

using OrderedJson = nlohmann::ordered_json;

// A document with all fields of the format, null where nothing is given.
OrderedJson empty_document();

// An element of "added_tokens".
OrderedJson special_token(const std::string& content, int64_t id);

// ByteLevel, as pre-tokenizer and decoder.
OrderedJson byte_level(bool uses_regex);

// The pre-tokenizer of byte-level BPE; with no pattern the text is one piece.
OrderedJson byte_level_pre_tokenizer_of(std::optional<GptPattern> pattern);

// "model" of byte-level BPE.
OrderedJson bpe_model_document(OrderedJson vocab, OrderedJson merges);

// TemplateProcessing that puts `before` in front of a text and `after` behind it; the pair form repeats `after`.
OrderedJson around_text(const std::string& before, int64_t before_id, const std::string& after, int64_t after_id);

// Metaspace that marks the beginning of a text, as decoder; as pre-tokenizer each line end is a word of its own.
OrderedJson metaspace_document();
OrderedJson metaspace_pre_tokenizer_document();

// {"type": "BertNormalizer", ...}
OrderedJson bert_normalizer_document(bool lowercase);

}  // namespace slm::text

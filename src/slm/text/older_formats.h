#pragma once

#include <string>
#include <string_view>

// Vocabularies from before tokenizer.json, as the tokenizer.json that Hugging Face makes of them. `name` stands for the
// path in messages; each throws FormatError for a content that is wrong.
namespace slm::text {

// vocab.txt: a WordPiece token per line.
std::string bert_vocabulary_to_json(std::string_view vocab, const std::string& name, bool lowercase);

// Whether a vocab.txt is that of a model that sees lower case only: no word in it has one of A to Z.
bool is_lowercase_bert_vocabulary(std::string_view vocab);

// vocab.json and merges.txt of a byte-level BPE.
std::string byte_level_vocabulary_to_json(std::string_view vocab, const std::string& vocab_name,
                                          std::string_view merges, const std::string& merges_name);

// .tiktoken: lines of a token in base64 and its rank. The pattern and the special tokens are not in the file: they are
// those of the known vocabulary of this size (r50k, cl100k, o200k, Llama 3, Qwen), or of cl100k and <|endoftext|>.
std::string tiktoken_vocabulary_to_json(std::string_view content, const std::string& name);

}  // namespace slm::text

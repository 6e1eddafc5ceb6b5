#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace slm::text {

// The ids of the tokens with a role, where the tokenizer has them.
struct SpecialTokens {
  std::optional<int32_t> bos;   // begins a text
  std::optional<int32_t> eos;   // ends a text
  std::optional<int32_t> pad;   // fills a batch
  std::optional<int32_t> unk;   // stands for what the vocabulary cannot spell
  std::optional<int32_t> sep;   // BERT: between sentences, and at the end
  std::optional<int32_t> cls;   // BERT: at the beginning
  std::optional<int32_t> mask;  // BERT: the word to guess

  // What to put after each document of a corpus: eos, else sep, else bos; none where the tokenizer has none of them.
  std::optional<int32_t> document_separator() const;
  // What ends a generated text: eos, else sep.
  std::optional<int32_t> end_of_text() const;
};

// Tells the roles from the names that are customary for them ("<|endoftext|>", "</s>", "[SEP]", ...): a tokenizer.json
// does not state roles. `find` maps a token to its id.
SpecialTokens guess_special_tokens(const std::function<std::optional<int32_t>(std::string_view)>& find);

}  // namespace slm::text

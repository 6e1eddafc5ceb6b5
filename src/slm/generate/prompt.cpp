#include "slm/generate/prompt.h"

#include "slm/core/error.h"

namespace slm::generate {

std::vector<int32_t> encode_prompt(const text::Tokenizer& tokenizer, std::string_view prompt) {
  const text::SpecialTokens& special = tokenizer.special_tokens();
  std::vector<int32_t> ids = tokenizer.encode(prompt, {.add_special_tokens = true});
  // Only what the post-processor added: an end that the prompt itself spells stays.
  const bool has_added = ids.size() > tokenizer.encode(prompt).size();
  if (has_added && special.end_of_text() == ids.back()) ids.pop_back();
  if (!ids.empty()) return ids;
  if (special.bos) return {*special.bos};
  if (const auto separator = special.document_separator()) return {*separator};
  if (const auto line_feed = tokenizer.token_to_id("\n")) return {*line_feed};
  throw Error("[generate] the prompt is empty and the vocabulary has no token that begins a text: give a prompt");
}

}  // namespace slm::generate

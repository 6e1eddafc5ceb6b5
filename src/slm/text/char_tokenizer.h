#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "slm/text/tokenizer.h"

namespace slm::text {

// One token per character; the id is the place in `characters`.
class CharTokenizer final : public Tokenizer {
 public:
  // `characters` must be distinct. `name` stands for the tokenizer in messages.
  explicit CharTokenizer(std::vector<char32_t> characters, std::string name = "the vocabulary");

  using Tokenizer::encode;
  std::string_view kind() const override { return "char"; }
  int32_t vocab_size() const override { return static_cast<int32_t>(characters_.size()); }
  void encode(std::string_view text, std::vector<int32_t>& ids, const EncodeOptions& options) const override;
  bool allows_cut(char32_t, char32_t) const override { return true; }
  bool is_cuttable() const override { return true; }
  std::unique_ptr<BlockEncoder> block_encoder(const BlockEncoderOptions& options) const override {
    return character_block_encoder(*this, options);
  }
  const TextFrame& text_frame() const override { return frame_; }
  Encoding encode_with_offsets(std::string_view text, const EncodeOptions& options) const override;
  std::string decode(std::span<const int32_t> ids, const DecodeOptions& options) const override;
  std::string id_to_token(int32_t id) const override;
  std::optional<int32_t> token_to_id(std::string_view token) const override;
  std::string token_bytes(int32_t id) const override { return id_to_token(id); }
  bool is_special(int32_t) const override { return false; }
  const SpecialTokens& special_tokens() const override { return no_roles_; }
  std::string to_json() const override;

 private:
  int32_t find(char32_t character) const;  // kAbsent where the vocabulary does not have it
  int32_t id_of(char32_t character, size_t offset) const;

  std::vector<char32_t> characters_;  // by id
  std::string name_;
  std::vector<int32_t> ascii_ids_;  // 128 entries
  std::unordered_map<char32_t, int32_t> other_ids_;
  SpecialTokens no_roles_;
  TextFrame frame_;
};

}  // namespace slm::text

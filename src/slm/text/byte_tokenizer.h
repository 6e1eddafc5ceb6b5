#pragma once

#include <array>
#include <string>

#include "slm/text/tokenizer.h"

namespace slm::text {

// The 256 characters in which byte-level vocabularies spell bytes: printable bytes are themselves, the others the first
// characters from U+0100 on ("Ġ" is the space). Index: the byte; UTF-8.
const std::array<std::string, 256>& byte_level_alphabet();

// Ids are the values of the bytes.
class ByteTokenizer final : public Tokenizer {
 public:
  using Tokenizer::encode;
  std::string_view kind() const override { return "byte"; }
  int32_t vocab_size() const override { return 256; }
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
  std::string token_bytes(int32_t id) const override;
  bool is_special(int32_t) const override { return false; }
  const SpecialTokens& special_tokens() const override { return no_roles_; }
  std::string to_json() const override;

 private:
  SpecialTokens no_roles_;
  TextFrame frame_;
};

}  // namespace slm::text

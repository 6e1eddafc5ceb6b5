#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "slm/text/encoder_memories.h"
#include "slm/text/pipeline.h"
#include "slm/text/pipeline_cuts.h"
#include "slm/text/tokenizer.h"

namespace slm::text {

// Added tokens, normalizer, pre-tokenizer, model, post-processor, one after the other; decoding goes through the
// decoder.
class PipelineTokenizer final : public Tokenizer {
 public:
  PipelineTokenizer(Pipeline pipeline, SpecialTokens roles, std::string json);

  using Tokenizer::encode;
  std::string_view kind() const override { return pipeline_.model->kind(); }
  int32_t vocab_size() const override { return vocab_size_; }
  void encode(std::string_view text, std::vector<int32_t>& ids, const EncodeOptions& options) const override;
  bool allows_cut(char32_t before, char32_t after) const override { return cuts_.allow(before, after); }
  bool is_cuttable() const override { return cuts_.are_possible(); }
  std::unique_ptr<BlockEncoder> block_encoder(const BlockEncoderOptions& options) const override;
  const TextFrame& text_frame() const override { return frame_; }
  Encoding encode_with_offsets(std::string_view text, const EncodeOptions& options) const override;
  std::string decode(std::span<const int32_t> ids, const DecodeOptions& options) const override;
  std::unique_ptr<BlockDecoder> block_decoder(bool skip_special_tokens) const override;
  std::string id_to_token(int32_t id) const override;
  std::optional<int32_t> token_to_id(std::string_view token) const override;
  std::string token_bytes(int32_t id) const override;
  bool is_special(int32_t id) const override;
  const SpecialTokens& special_tokens() const override { return roles_; }
  std::string to_json() const override { return json_; }

 private:
  // False, and `ids` is as before, where the whole pipeline must run.
  bool encode_fast(std::string_view text, std::vector<int32_t>& ids, const EncodeOptions& options) const;
  Encoding run(std::string_view text, const EncodeOptions& options, bool has_offsets) const;
  class IdDecoder;

  // What the decoder gets for an id; nothing for an id that does not exist.
  std::optional<std::string_view> token_for_decoder(int32_t id) const;

  Pipeline pipeline_;
  PipelineCuts cuts_;
  SpecialTokens roles_;
  std::string json_;
  int32_t vocab_size_;
  TextFrame frame_;
  mutable EncoderMemories memories_;
};

}  // namespace slm::text

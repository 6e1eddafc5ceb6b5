#include "slm/text/block_decoder.h"

#include "slm/text/tokenizer.h"

namespace slm::text {
namespace {

class SeparateDecoder final : public BlockDecoder {
 public:
  SeparateDecoder(const Tokenizer& tokenizer, bool skip_special_tokens)
      : tokenizer_(tokenizer), options_{.skip_special_tokens = skip_special_tokens} {}

  void push(std::span<const int32_t> ids, std::string& text) override { text += tokenizer_.decode(ids, options_); }
  void finish(std::string&) override {}

 private:
  const Tokenizer& tokenizer_;
  DecodeOptions options_;
};

}  // namespace

std::unique_ptr<BlockDecoder> Tokenizer::block_decoder(bool skip_special_tokens) const {
  return std::make_unique<SeparateDecoder>(*this, skip_special_tokens);
}

}  // namespace slm::text

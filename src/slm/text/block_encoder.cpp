#include "slm/text/block_encoder.h"

#include "slm/text/tokenizer.h"
#include "slm/text/unknown_character.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

class CharacterBlockEncoder final : public BlockEncoder {
 public:
  CharacterBlockEncoder(const Tokenizer& tokenizer, const BlockEncoderOptions& options)
      : tokenizer_(tokenizer), has_offsets_(options.has_offsets), begin_(static_cast<int64_t>(options.before.size())) {}

  void push(std::string_view block, Encoding& tokens) override {
    text_ += block;
    encode(complete_utf8_prefix(text_), tokens);
  }
  void finish(Encoding& tokens) override { encode(text_.size(), tokens); }

 private:
  void encode(size_t size, Encoding& tokens) try {
    const std::string_view text = std::string_view(text_).substr(0, size);
    if (has_offsets_) {
      const Encoding encoding = tokenizer_.encode_with_offsets(text);
      tokens.ids.insert(tokens.ids.end(), encoding.ids.begin(), encoding.ids.end());
      for (const auto& [begin, end] : encoding.offsets) tokens.offsets.push_back({begin + begin_, end + begin_});
    } else {
      tokenizer_.encode(text, tokens.ids);
    }
    text_.erase(0, size);
    begin_ += static_cast<int64_t>(size);
  } catch (const UnknownCharacterError& error) {
    throw error.moved(begin_);
  }

  const Tokenizer& tokenizer_;
  bool has_offsets_;
  std::string text_;  // not encoded yet: a character that is not whole
  int64_t begin_;
};

}  // namespace

std::unique_ptr<BlockEncoder> character_block_encoder(const Tokenizer& tokenizer, const BlockEncoderOptions& options) {
  return std::make_unique<CharacterBlockEncoder>(tokenizer, options);
}

}  // namespace slm::text

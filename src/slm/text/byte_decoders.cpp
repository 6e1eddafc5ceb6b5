#include <array>
#include <charconv>

#include "slm/text/byte_tokenizer.h"
#include "slm/text/decoder.h"
#include "slm/text/decoder_step.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// The bytes of all tokens become one token.
class ByteLevelStep final : public TokenStep {
 public:
  ByteLevelStep(const NoOptions&, DecoderStep& next) : TokenStep(next) {}

 private:
  void take(std::string& token) override { next().put(byte_level_bytes(token)); }
  void take_end() override { next().end_token(); }
};

// Bytes wait for the end of their run: one that is wrong makes U+FFFD of all.
class ByteFallbackStep final : public TokenStep {
 public:
  ByteFallbackStep(const NoOptions&, DecoderStep& next) : TokenStep(next) {}

 private:
  void take(std::string& token) override {
    if (const auto byte = named_byte(token)) {
      bytes_.push_back(*byte);
      return;
    }
    give_bytes();
    give(token);
  }

  void take_end() override { give_bytes(); }

  void give_bytes() {
    if (bytes_.empty()) return;
    if (is_valid_utf8(bytes_)) {
      give(bytes_);
    } else {
      std::string replacement;
      append_utf8(replacement, kReplacementCharacter);
      for (size_t i = 0; i < bytes_.size(); ++i) give(replacement);
    }
    bytes_.clear();
  }

  std::string bytes_;
};

}  // namespace

std::optional<char> named_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return std::nullopt;
  // A sign in front of one digit is a number to Hugging Face, too.
  std::string_view digits = token.substr(3, 2);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<char>(value);
}

std::string byte_level_bytes(std::string_view token) {
  // The alphabet lies below this character.
  constexpr char32_t kEnd = 0x180;
  static const auto bytes_by_character = [] {
    std::array<int, kEnd> bytes;
    bytes.fill(-1);
    for (size_t byte = 0; byte < 256; ++byte) {
      bytes[read_utf8(byte_level_alphabet()[byte], 0).code_point] = static_cast<int>(byte);
    }
    return bytes;
  }();
  std::string bytes;
  for (size_t at = 0; at < token.size();) {
    const Utf8Char c = read_utf8(token, at);
    const int byte = c.code_point < kEnd ? bytes_by_character[c.code_point] : -1;
    if (byte < 0) return std::string(token);
    bytes.push_back(static_cast<char>(byte));
    at += static_cast<size_t>(c.length);
  }
  return bytes;
}

std::unique_ptr<Decoder> byte_level_decoder() { return decoder_of<ByteLevelStep>(NoOptions()); }

std::unique_ptr<Decoder> byte_fallback_decoder() { return decoder_of<ByteFallbackStep>(NoOptions()); }

}  // namespace slm::text

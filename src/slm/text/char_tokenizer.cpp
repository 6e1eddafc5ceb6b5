#include "slm/text/char_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/text/unknown_character.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

constexpr int32_t kAbsent = -1;
constexpr size_t kNumAscii = 128;

std::string describe(char32_t character) {
  const bool is_visible = character > 0x20 && !(character >= 0x7F && character < 0xA0);
  const auto value = static_cast<uint32_t>(character);
  return is_visible ? fmt::format("U+{:04X} '{}'", value, utf8_of(character)) : fmt::format("U+{:04X}", value);
}

}  // namespace

CharTokenizer::CharTokenizer(std::vector<char32_t> characters, std::string name)
    : characters_(std::move(characters)), name_(std::move(name)), ascii_ids_(kNumAscii, kAbsent) {
  for (size_t id = 0; id < characters_.size(); ++id) {
    const char32_t c = characters_[id];
    assert(find(c) == kAbsent);
    (c < kNumAscii ? ascii_ids_[c] : other_ids_[c]) = static_cast<int32_t>(id);
  }
}

int32_t CharTokenizer::find(char32_t character) const {
  if (character < kNumAscii) return ascii_ids_[character];
  const auto found = other_ids_.find(character);
  return found == other_ids_.end() ? kAbsent : found->second;
}

int32_t CharTokenizer::id_of(char32_t character, size_t offset) const {
  const int32_t id = find(character);
  if (id == kAbsent) {
    throw UnknownCharacterError(static_cast<int64_t>(offset), describe(character),
                                fmt::format("the {} characters of {}", characters_.size(), name_));
  }
  return id;
}

void CharTokenizer::encode(std::string_view text, std::vector<int32_t>& ids, const EncodeOptions& options) const {
  for (size_t at = options.num_before; at < text.size();) {
    const Utf8Char c = read_utf8(text, at);
    ids.push_back(id_of(c.code_point, at));
    at += static_cast<size_t>(c.length);
  }
}

Encoding CharTokenizer::encode_with_offsets(std::string_view text, const EncodeOptions& options) const {
  Encoding encoding;
  for (size_t at = options.num_before; at < text.size();) {
    const Utf8Char c = read_utf8(text, at);
    const auto begin = static_cast<int64_t>(at);
    encoding.ids.push_back(id_of(c.code_point, at));
    encoding.offsets.push_back({begin, begin + c.length});
    at += static_cast<size_t>(c.length);
  }
  return encoding;
}

std::string CharTokenizer::decode(std::span<const int32_t> ids, const DecodeOptions&) const {
  std::string text;
  for (const int32_t id : ids)
    if (id >= 0 && id < vocab_size()) append_utf8(text, characters_[static_cast<size_t>(id)]);
  return text;
}

std::string CharTokenizer::id_to_token(int32_t id) const {
  return id >= 0 && id < vocab_size() ? utf8_of(characters_[static_cast<size_t>(id)]) : std::string();
}

std::optional<int32_t> CharTokenizer::token_to_id(std::string_view token) const {
  if (token.empty()) return std::nullopt;
  const Utf8Char c = read_utf8(token, 0);
  const int32_t id = c.is_valid && static_cast<size_t>(c.length) == token.size() ? find(c.code_point) : kAbsent;
  return id == kAbsent ? std::nullopt : std::optional(id);
}

std::string CharTokenizer::to_json() const {
  using Json = nlohmann::ordered_json;
  Json vocab = Json::object();
  for (size_t id = 0; id < characters_.size(); ++id) vocab[utf8_of(characters_[id])] = id;
  const Json document = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", Json::array()},
      {"normalizer", nullptr},
      {"pre_tokenizer",
       {{"type", "Split"}, {"pattern", {{"Regex", "[\\s\\S]"}}}, {"behavior", "Isolated"}, {"invert", false}}},
      {"post_processor", nullptr},
      {"decoder", {{"type", "Fuse"}}},
      // No such token is in the vocabulary: both slm and Hugging Face refuse unknown characters.
      {"model", {{"type", "WordLevel"}, {"vocab", vocab}, {"unk_token", "[UNK]"}}}};
  return json_text(document, 2);
}

std::shared_ptr<const Tokenizer> train_char_tokenizer(std::string_view text) {
  std::vector<bool> seen(kLastCodePoint + 1, false);
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = read_utf8(text, at);
    seen[c.code_point] = true;
    at += static_cast<size_t>(c.length);
  }
  std::vector<char32_t> characters;
  for (char32_t c = 0; c <= kLastCodePoint; ++c)
    if (seen[c]) characters.push_back(c);
  if (characters.empty()) throw Error("[char tokenizer] the text is empty: there is no character to learn");
  return std::make_shared<CharTokenizer>(std::move(characters));
}

}  // namespace slm::text

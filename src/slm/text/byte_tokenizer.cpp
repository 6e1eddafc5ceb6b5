#include "slm/text/byte_tokenizer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "slm/core/json_text.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

bool is_byte(int32_t id) { return id >= 0 && id < 256; }

std::array<std::string, 256> make_alphabet() {
  std::array<std::string, 256> alphabet;
  char32_t next = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool is_printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    append_utf8(alphabet[byte], is_printable ? byte : next++);
  }
  return alphabet;
}

}  // namespace

const std::array<std::string, 256>& byte_level_alphabet() {
  static const std::array<std::string, 256> alphabet = make_alphabet();
  return alphabet;
}

void ByteTokenizer::encode(std::string_view text, std::vector<int32_t>& ids, const EncodeOptions& options) const {
  text.remove_prefix(options.num_before);
  const size_t old_size = ids.size();
  ids.resize(old_size + text.size());
  std::transform(text.begin(), text.end(), ids.begin() + static_cast<std::ptrdiff_t>(old_size),
                 [](char c) { return static_cast<int32_t>(static_cast<unsigned char>(c)); });
}

Encoding ByteTokenizer::encode_with_offsets(std::string_view text, const EncodeOptions& options) const {
  Encoding encoding;
  encode(text, encoding.ids, options);
  const auto size = static_cast<int64_t>(text.size());
  for (auto i = static_cast<int64_t>(options.num_before); i < size; ++i) encoding.offsets.push_back({i, i + 1});
  return encoding;
}

std::string ByteTokenizer::decode(std::span<const int32_t> ids, const DecodeOptions& options) const {
  std::string bytes;
  for (const int32_t id : ids)
    if (is_byte(id)) bytes.push_back(static_cast<char>(id));
  return options.replace_invalid_utf8 ? replace_invalid_utf8(bytes) : bytes;
}

std::string ByteTokenizer::id_to_token(int32_t id) const {
  return is_byte(id) ? byte_level_alphabet()[static_cast<size_t>(id)] : std::string();
}

std::optional<int32_t> ByteTokenizer::token_to_id(std::string_view token) const {
  const auto& alphabet = byte_level_alphabet();
  const auto found = std::find(alphabet.begin(), alphabet.end(), token);
  if (found == alphabet.end()) return std::nullopt;
  return static_cast<int32_t>(found - alphabet.begin());
}

std::string ByteTokenizer::token_bytes(int32_t id) const {
  return is_byte(id) ? std::string(1, static_cast<char>(id)) : std::string();
}

std::string ByteTokenizer::to_json() const {
  using Json = nlohmann::ordered_json;
  Json vocab = Json::object();
  for (size_t byte = 0; byte < 256; ++byte) vocab[byte_level_alphabet()[byte]] = byte;
  const Json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", false}, {"use_regex", false}};
  const Json document = {{"version", "1.0"},
                         {"truncation", nullptr},
                         {"padding", nullptr},
                         {"added_tokens", Json::array()},
                         {"normalizer", nullptr},
                         {"pre_tokenizer", byte_level},
                         {"post_processor", nullptr},
                         {"decoder", byte_level},
                         {"model",
                          {{"type", "BPE"},
                           {"dropout", nullptr},
                           {"unk_token", nullptr},
                           {"continuing_subword_prefix", nullptr},
                           {"end_of_word_suffix", nullptr},
                           {"fuse_unk", false},
                           {"byte_fallback", false},
                           {"ignore_merges", false},
                           {"vocab", vocab},
                           {"merges", Json::array()}}}};
  return json_text(document, 2);
}

std::shared_ptr<const Tokenizer> make_byte_tokenizer() { return std::make_shared<ByteTokenizer>(); }

}  // namespace slm::text

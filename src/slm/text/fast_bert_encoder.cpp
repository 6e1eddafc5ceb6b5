#include <algorithm>

#include "slm/text/ascii_scan.h"
#include "slm/text/fast_encoder.h"
#include "slm/text/string_hash.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Kind = BertCharacter::Kind;

class FastBertEncoder final : public FastEncoder {
 public:
  FastBertEncoder(const BertNormalizerOptions& options, const WordPieceModel& model)
      : normalizer_(bert_normalizer(options)), model_(model), case_bit_(options.lowercase ? 0x20 : 0) {
    BertCharacters characters;
    for (size_t byte = 0; byte < ascii_.size(); ++byte) {
      const BertCharacter& c = characters.of(static_cast<char32_t>(byte), *normalizer_);
      ascii_[byte] = c.kind;
      if (c.kind == Kind::kAlone) alone_ids_[byte] = model_.vocabulary().find(c.text());
    }
  }

  bool encode(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const override {
    const size_t old_size = ids.size();
    size_t at = 0;
    while (at < text.size()) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if (byte < 0x80) {
        if (ascii_[byte] == Kind::kSpace) {
          ++at;
          continue;
        }
        if (ascii_[byte] == Kind::kAlone && alone_ids_[byte] != kNoToken) {
          ids.push_back(alone_ids_[byte]);
          ++at;
          continue;
        }
        if (const size_t end = short_ascii_word(text, at, memory, ids); end != at) {
          at = end;
          continue;
        }
      }
      if (!word(text, at, memory, ids)) {
        ids.resize(old_size);
        return false;
      }
    }
    return true;
  }

 private:
  // A word of up to 15 ASCII letters and digits that ends there. Returns `at` where there is none.
  size_t short_ascii_word(std::string_view text, size_t at, EncoderMemory& memory, std::vector<int32_t>& ids) const {
    if (text.size() - at < 17) return at;
    const char* bytes = text.data() + at;
    const uint64_t low = ascii::load(bytes), high = ascii::load(bytes + 8);
    size_t length = ascii::run_length(ascii::letters(low) | ascii::digits(low));
    if (length == 8) length += ascii::run_length(ascii::letters(high) | ascii::digits(high));
    if (length == 0 || length > ShortWord::kMaxBytes) return at;
    const auto next = static_cast<unsigned char>(bytes[length]);
    const bool ends = next < 0x80 && (ascii_[next] == Kind::kSpace || ascii_[next] == Kind::kAlone);
    if (!ends) return at;
    const uint64_t case_bits = ascii::kOnes * case_bit_;
    const ShortWord key = ShortWord::of(low | case_bits, high | case_bits, length);
    const auto known = memory.cache.find(key);
    if (!known.empty()) {
      for (const int32_t id : known) ids.push_back(id);
      return at + length;
    }
    char spelled[16];
    const uint64_t parts[2] = {low | case_bits, high | case_bits};
    std::memcpy(spelled, parts, sizeof spelled);
    const size_t first = ids.size();
    tokenize({spelled, length}, ids);
    memory.cache.insert(key, std::span(ids).subspan(first));
    return at + length;
  }

  // Any word, or what stands between words, character by character. False for a text that has something unusual.
  bool word(std::string_view text, size_t& at, EncoderMemory& memory, std::vector<int32_t>& ids) const {
    std::string& spelled = spelled_buffer();
    spelled.clear();
    while (at < text.size()) {
      const Utf8Char c = read_utf8(text, at);
      const BertCharacter& character = memory.bert_characters.of(c.code_point, *normalizer_);
      if (character.kind == Kind::kUnusual) return false;
      const bool ends_word = character.kind == Kind::kSpace || character.kind == Kind::kAlone;
      if (ends_word && !spelled.empty()) break;
      at += static_cast<size_t>(c.length);
      spelled += character.text();
      if (ends_word) break;
    }
    if (!spelled.empty()) known_or_tokenized(spelled, memory, ids);
    return true;
  }

  static std::string& spelled_buffer() {
    thread_local std::string buffer;
    return buffer;
  }

  void known_or_tokenized(std::string_view spelled, EncoderMemory& memory, std::vector<int32_t>& ids) const {
    const size_t first = ids.size();
    const auto append = [&](std::span<const int32_t> known) { ids.insert(ids.end(), known.begin(), known.end()); };
    if (spelled.size() <= ShortWord::kMaxBytes) {
      const ShortWord key = ShortWord::of(spelled);
      if (const auto known = memory.cache.find(key); !known.empty()) return append(known);
      tokenize(spelled, ids);
      memory.cache.insert(key, std::span(ids).subspan(first));
      return;
    }
    const uint64_t hash = hash_bytes(spelled);
    if (const auto known = memory.cache.find_long(spelled, hash); !known.empty()) return append(known);
    tokenize(spelled, ids);
    memory.cache.insert_long(spelled, hash, std::span(ids).subspan(first));
  }

  void tokenize(std::string_view spelled, std::vector<int32_t>& ids) const {
    std::vector<ModelToken> tokens;
    model_.tokenize(spelled, tokens);
    for (const ModelToken& token : tokens) ids.push_back(token.id);
  }

  std::unique_ptr<Normalizer> normalizer_;
  const WordPieceModel& model_;
  unsigned char case_bit_;
  std::array<Kind, 128> ascii_{};
  std::array<int32_t, 128> alone_ids_{};
};

}  // namespace

std::unique_ptr<FastEncoder> fast_bert_encoder(const BertNormalizerOptions& options, const WordPieceModel& model) {
  return std::make_unique<FastBertEncoder>(options, model);
}

}  // namespace slm::text

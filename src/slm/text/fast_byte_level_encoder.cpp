#include <algorithm>

#include "slm/text/ascii_scan.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/fast_encoder.h"
#include "slm/text/string_hash.h"

namespace slm::text {
namespace {

// The end of the match at `at` where it is an optional space and ASCII letters, of up to 15 bytes in all and well
// inside the text; else `at`.
size_t short_ascii_word_end(std::string_view text, size_t at, uint64_t low, uint64_t high) {
  const bool has_space = text[at] == ' ';
  const uint64_t first = has_space ? low >> 8 | high << 56 : low;
  size_t length = ascii::run_length(ascii::letters(first));
  if (length == 0) return at;
  size_t end = at + length + (has_space ? 1 : 0);
  if (length == 8) {
    const uint64_t rest = ascii::load(text.data() + end);
    const size_t more = ascii::run_length(ascii::letters(rest));
    end += more;
    if (more == 8) return at;
  }
  if (end - at > ShortWord::kMaxBytes || static_cast<unsigned char>(text[end]) >= 0x80) return at;
  return end;
}

class FastByteLevelEncoder final : public FastEncoder {
 public:
  FastByteLevelEncoder(GptPattern pattern, const BpeModel& model, const std::array<int32_t, 256>& byte_ids)
      : pattern_(pattern), has_simple_words_(pattern != GptPattern::kO200k), model_(model), byte_ids_(byte_ids) {}

  bool encode(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const override {
    constexpr size_t kMargin = 32;  // bytes that may be read beyond a short word's beginning
    for (size_t at = 0; at < text.size();) {
      if (text.size() - at < kMargin) {
        const size_t end = gpt_match_end(pattern_, text, at);
        append_word(text.substr(at, end - at), memory, ids);
        at = end;
        continue;
      }
      const uint64_t low = ascii::load(text.data() + at), high = ascii::load(text.data() + at + 8);
      size_t end = has_simple_words_ ? short_ascii_word_end(text, at, low, high) : at;
      if (end == at) end = gpt_match_end(pattern_, text, at);
      if (end - at <= ShortWord::kMaxBytes) {
        const ShortWord key = ShortWord::of(low, high, end - at);
        const auto known = memory.cache.find(key);
        if (!known.empty()) {
          for (const int32_t id : known) ids.push_back(id);
        } else {
          const size_t first = ids.size();
          tokenize(text.substr(at, end - at), ids);
          memory.cache.insert(key, std::span(ids).subspan(first));
        }
      } else {
        append_word(text.substr(at, end - at), memory, ids);
      }
      at = end;
    }
    return true;
  }

 private:
  void append_word(std::string_view word, EncoderMemory& memory, std::vector<int32_t>& ids) const {
    const uint64_t hash = hash_bytes(word);
    const auto known = memory.cache.find_long(word, hash);
    if (!known.empty()) {
      ids.insert(ids.end(), known.begin(), known.end());
      return;
    }
    const size_t first = ids.size();
    tokenize(word, ids);
    memory.cache.insert_long(word, hash, std::span(ids).subspan(first));
  }

  void tokenize(std::string_view word, std::vector<int32_t>& ids) const {
    if (model_.options().ignore_merges) {
      std::string spelled;
      for (const char c : word) spelled += byte_level_alphabet()[static_cast<unsigned char>(c)];
      if (const int32_t id = model_.vocabulary().find(spelled); id != kNoToken) return ids.push_back(id);
    }
    constexpr size_t kFew = 32;
    if (word.size() <= kFew) return merge_short(word, ids);
    std::vector<ModelToken> tokens;
    tokens.reserve(word.size());
    for (size_t i = 0; i < word.size(); ++i)
      tokens.push_back({byte_ids_[static_cast<unsigned char>(word[i])], i, i + 1});
    merge_tokens(model_.merges(), 0, tokens);
    for (const ModelToken& token : tokens) ids.push_back(token.id);
  }

  // Looks at every pair again after each merge: for a short word that beats any queue.
  void merge_short(std::string_view word, std::vector<int32_t>& ids) const {
    int32_t tokens[33];
    Merge pairs[33];
    const MergeTable& merges = model_.merges();
    size_t count = word.size();
    for (size_t i = 0; i < count; ++i) tokens[i] = byte_ids_[static_cast<unsigned char>(word[i])];
    for (size_t i = 0; i + 1 < count; ++i) pairs[i] = merges.find(tokens[i], tokens[i + 1]);
    while (count > 1) {
      size_t best = 0;
      for (size_t i = 1; i + 1 < count; ++i)
        if (pairs[i].rank < pairs[best].rank) best = i;
      if (pairs[best].rank == Merge::kNever) break;
      tokens[best] = pairs[best].id;
      --count;
      for (size_t i = best + 1; i < count; ++i) tokens[i] = tokens[i + 1];
      for (size_t i = best; i + 1 < count; ++i) pairs[i] = pairs[i + 1];
      if (best + 1 < count) pairs[best] = merges.find(tokens[best], tokens[best + 1]);
      if (best > 0) pairs[best - 1] = merges.find(tokens[best - 1], tokens[best]);
    }
    ids.insert(ids.end(), tokens, tokens + count);
  }

  GptPattern pattern_;
  bool has_simple_words_;  // an optional space and letters are a match, whatever their case and what follows
  const BpeModel& model_;
  std::array<int32_t, 256> byte_ids_;
};

}  // namespace

std::unique_ptr<FastEncoder> fast_byte_level_encoder(GptPattern pattern, const BpeModel& model) {
  const BpeOptions& options = model.options();
  if (!options.continuing_subword_prefix.empty() || !options.end_of_word_suffix.empty()) return nullptr;
  std::array<int32_t, 256> byte_ids;
  for (size_t byte = 0; byte < 256; ++byte) {
    byte_ids[byte] = model.vocabulary().find(byte_level_alphabet()[byte]);
    if (byte_ids[byte] == kNoToken) return nullptr;
  }
  return std::make_unique<FastByteLevelEncoder>(pattern, model, byte_ids);
}

}  // namespace slm::text

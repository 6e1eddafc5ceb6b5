#include <algorithm>
#include <bit>
#include <cstring>

#include "slm/text/byte_block.h"
#include "slm/text/byte_merger.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/fast_encoder.h"
#include "slm/text/gpt2_scanner.h"
#include "slm/text/id_buffer.h"
#include "slm/text/string_hash.h"

namespace slm::text {
namespace {

// Bytes that are read at a place of the text: a block, and a short word that begins at its end.
constexpr size_t kReach = ByteBlock::kSize + 16;

class FastByteLevelEncoder final : public FastEncoder {
 public:
  FastByteLevelEncoder(GptPattern pattern, const BpeModel& model, const std::array<int32_t, 256>& byte_ids)
      : pattern_(pattern), model_(model), merger_(model, byte_ids) {}

  bool encode(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const override {
    IdBuffer out(ids);
    char end_of_text[kReach];
    while (!text.empty()) {
      // `block` is the text from here on, with enough zeros behind its end.
      std::string_view block = text;
      if (text.size() < kReach) {
        std::memset(end_of_text, 0, sizeof end_of_text);
        std::memcpy(end_of_text, text.data(), text.size());
        block = {end_of_text, text.size()};
      }
      size_t covered = encode_block(block, memory.cache, out);
      if (covered == 0) {
        covered = gpt_match_end(pattern_, text, 0);
        append_word(text.substr(0, covered), text.size(), memory.cache, out);
      }
      text.remove_prefix(covered);
    }
    return true;
  }

 private:
  // Encodes the matches that lie in the first bytes; returns how many bytes they have.
  size_t encode_block(std::string_view text, WordCache& cache, IdBuffer& out) const {
    uint64_t starts = pattern_ == GptPattern::kGpt2 ? scanner_.starts(text) : matches(text);
    if ((starts & (starts - 1)) == 0) return 0;
    struct Word {
      ShortWord key;
      uint32_t place;
      uint8_t begin, length;
    };
    Word words[ByteBlock::kSize];
    size_t num_words = 0;
    auto begin = static_cast<size_t>(std::countr_zero(starts));
    // First all places in the cache, then what is there: the processor fetches the next ones meanwhile.
    for (starts &= starts - 1; starts != 0; starts &= starts - 1) {
      const auto end = static_cast<size_t>(std::countr_zero(starts));
      const size_t length = end - begin;
      Word& word = words[num_words++];
      word.begin = static_cast<uint8_t>(begin);
      word.length = static_cast<uint8_t>(length);
      word.key = ShortWord::of(text.data() + begin, std::min(length, ShortWord::kMaxBytes));
      word.place = WordCache::place_of(word.key);
      cache.prefetch(word.place);
      begin = end;
    }
    for (size_t i = 0; i < num_words; ++i) {
      const Word& word = words[i];
      if (word.length <= ShortWord::kMaxBytes) [[likely]] {
        append_short(text.substr(word.begin, word.length), word.key, word.place, cache, out);
      } else {
        append_word(text.substr(word.begin, word.length), kReach - word.begin, cache, out);
      }
    }
    return begin;
  }

  // As Gpt2Scanner::starts(), for the other patterns.
  uint64_t matches(std::string_view text) const {
    const size_t limit = text.size() < ByteBlock::kSize ? text.size() : ByteBlock::kSize - 1;
    uint64_t starts = 1;
    size_t at = 0;
    while (at < limit) {
      at = gpt_match_end(pattern_, text, at);
      if (at <= limit) starts |= uint64_t{1} << at;
    }
    return starts;
  }

  void append_short(std::string_view word, const ShortWord& key, uint32_t place, WordCache& cache,
                    IdBuffer& out) const {
    const uint32_t count = cache.find(key, place, out.end());
    if (count - 1 < WordCache::kRoom) [[likely]] {
      out.added(count);
    } else {
      append_rare(word, key, place, count == WordCache::kElsewhere, cache, out);
    }
  }

  // A short word that the cache does not have at its place.
  void append_rare(std::string_view word, const ShortWord& key, uint32_t place, bool may_be_known, WordCache& cache,
                   IdBuffer& out) const {
    const uint64_t hash = hash_bytes(word);
    if (may_be_known && append_known(word, hash, cache, out.flushed())) return;
    if (merger_.can_merge_few() && !model_.options().ignore_merges) {
      int32_t* const end = out.end();
      const size_t count = merger_.merge_few(word, end);
      cache.insert(key, place, word, hash, {end, count});
      out.added(count);
      return;
    }
    std::vector<int32_t>& ids = out.flushed();
    const size_t first = ids.size();
    tokenize(word, ids);
    cache.insert(key, place, word, hash, std::span(ids).subspan(first));
  }

  // `num_readable`: bytes that can be read from the word's first on.
  void append_word(std::string_view word, size_t num_readable, WordCache& cache, IdBuffer& out) const {
    // Parts that no merge joins come again more often than the whole.
    while (!word.empty()) {
      const size_t end = model_.options().ignore_merges ? word.size() : merger_.first_part_end(word);
      append_part(word.substr(0, end), num_readable, cache, out);
      word.remove_prefix(end);
      num_readable -= end;
    }
  }

  void append_part(std::string_view part, size_t num_readable, WordCache& cache, IdBuffer& out) const {
    if (part.size() <= ShortWord::kMaxBytes) {
      const bool is_inside = num_readable > ShortWord::kMaxBytes;
      const ShortWord key = is_inside ? ShortWord::of(part.data(), part.size()) : ShortWord::of(part);
      append_short(part, key, WordCache::place_of(key), cache, out);
      return;
    }
    const uint64_t hash = hash_bytes(part);
    std::vector<int32_t>& ids = out.flushed();
    if (append_known(part, hash, cache, ids)) return;
    const size_t first = ids.size();
    tokenize(part, ids);
    cache.insert_long(part, hash, std::span(ids).subspan(first));
  }

  static bool append_known(std::string_view word, uint64_t hash, const WordCache& cache, std::vector<int32_t>& ids) {
    const auto known = cache.find_long(word, hash);
    ids.insert(ids.end(), known.begin(), known.end());
    return !known.empty();
  }

  void tokenize(std::string_view word, std::vector<int32_t>& ids) const {
    if (model_.options().ignore_merges) {
      std::string spelled;
      for (const char c : word) spelled += byte_level_alphabet()[static_cast<unsigned char>(c)];
      if (const int32_t id = model_.vocabulary().find(spelled); id != kNoToken) return ids.push_back(id);
    }
    merger_.merge(word, ids);
  }

  GptPattern pattern_;
  const BpeModel& model_;
  ByteMerger merger_;
  Gpt2Scanner scanner_;
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

#include <algorithm>
#include <bit>
#include <utility>

#include "slm/text/byte_block.h"
#include "slm/text/byte_merger.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/fast_encoder.h"
#include "slm/text/gpt_scanner.h"
#include "slm/text/id_buffer.h"
#include "slm/text/nfc_check.h"
#include "slm/text/normal_form.h"
#include "slm/text/short_word_merger.h"
#include "slm/text/string_hash.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

class FastByteLevelEncoder final : public FastEncoder {
 public:
  FastByteLevelEncoder(GptPattern pattern, bool is_nfc, const BpeModel& model, const std::array<int32_t, 256>& byte_ids)
      : scanner_(pattern),
        is_nfc_(is_nfc),
        model_(model),
        short_merger_(model, byte_ids),
        merger_(model, byte_ids, short_merger_.can_merge() ? &short_merger_.merges() : nullptr) {}

  bool encode(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const override {
    if (is_nfc_ && !is_surely_nfc(text)) {
      memory.spelled.clear();
      for (const CharChange& c : normal_form(text, NormalForm::kNfc)) append_utf8(memory.spelled, c.character);
      text = memory.spelled;
    }
    IdBuffer out(ids);
    // The places of a block's words in the cache are known one block before these are looked at: the processor fetches
    // them meanwhile.
    Block blocks[2];
    Block *next = &blocks[0], *last = &blocks[1];
    const auto visit_block = [&](std::string_view rest, const char* bytes, uint64_t starts) {
      find_words(rest, bytes, starts, memory.cache, *next);
      append_words(*last, memory.cache, out);
      std::swap(next, last);
    };
    const auto visit_match = [&](std::string_view rest, size_t size) {
      while (size > 0) {
        const size_t covered = find_parts(rest, size, memory.cache, *next);
        append_words(*last, memory.cache, out);
        std::swap(next, last);
        rest.remove_prefix(covered);
        size -= covered;
      }
    };
    scanner_.for_each_block(text, visit_block, visit_match);
    append_words(*last, memory.cache, out);
    return true;
  }

 private:
  static constexpr size_t kBlockBytes = 224;  // of words, but for the last

  // A word, or a part of one that no merge joins with its neighbours: such parts come again more often than long words.
  struct Word {
    ShortWord key;
    uint32_t place;
    uint16_t begin, length;  // longer than a ShortWord: the rest is not set
  };
  struct Block {
    std::string_view text;       // from the first word on
    std::string_view long_part;  // behind the words, or empty
    size_t num_words = 0;
    Word words[ByteBlock::kSize];

    void add(const ShortWord& key, size_t begin, size_t length, const WordCache& cache) {
      Word& word = words[num_words++];
      word = {key, WordCache::place_of(key), static_cast<uint16_t>(begin), static_cast<uint16_t>(length)};
      cache.prefetch(word.place);
    }
  };

  // The words between the starts. 16 bytes can be read at each place of `bytes`.
  void find_words(std::string_view text, const char* bytes, uint64_t starts, const WordCache& cache,
                  Block& block) const {
    block.text = text;
    size_t begin = 0;
    for (starts &= starts - 1; starts != 0; starts &= starts - 1) {
      const auto end = static_cast<size_t>(std::countr_zero(starts));
      if (end - begin <= ShortWord::kMaxBytes) [[likely]] {
        block.add(ShortWord::of(bytes + begin, end - begin), begin, end - begin, cache);
        begin = end;
        continue;
      }
      while (begin < end) {
        const size_t length = part_end({bytes + begin, end - begin});
        block.add(ShortWord::of(bytes + begin, std::min(length, ShortWord::kMaxBytes)), begin, length, cache);
        begin += length;
      }
    }
  }

  // Parts of the word that has the first `size` bytes; returns how many bytes they have.
  size_t find_parts(std::string_view text, size_t size, const WordCache& cache, Block& block) const {
    block.text = text;
    size_t begin = 0;
    while (begin < std::min(size, kBlockBytes) && block.num_words < ByteBlock::kSize) {
      const size_t length = part_end(text.substr(begin, size - begin));
      const std::string_view part = text.substr(begin, length);
      begin += length;
      if (length > ShortWord::kMaxBytes) {
        block.long_part = part;
        break;
      }
      const bool is_inside = text.size() - (begin - length) > ShortWord::kMaxBytes;
      block.add(is_inside ? ShortWord::of(part.data(), length) : ShortWord::of(part), begin - length, length, cache);
    }
    return begin;
  }

  size_t part_end(std::string_view word) const {
    return model_.options().ignore_merges ? word.size() : merger_.first_part_end(word);
  }

  // Appends their ids, and leaves the block empty.
  void append_words(Block& block, WordCache& cache, IdBuffer& out) const {
    int32_t* end = out.end();
    for (size_t i = 0; i < block.num_words; ++i) {
      const Word& word = block.words[i];
      if (word.length <= ShortWord::kMaxBytes) [[likely]] {
        end += write_short(word.key, word.place, cache, end);
      } else {
        out.added_up_to(end);
        append_long(block.text.substr(word.begin, word.length), cache, out.flushed());
        end = out.end();
      }
    }
    out.added_up_to(end);
    block.num_words = 0;
    if (!block.long_part.empty()) append_long(std::exchange(block.long_part, {}), cache, out.flushed());
  }

  // Writes the ids of a short word, of which there may be as many as bytes, and returns their number.
  size_t write_short(const ShortWord& word, uint32_t place, WordCache& cache, int32_t* out) const {
    static_assert(kBlockBytes + ShortWord::kMaxBytes + WordCache::kRoom <= IdBuffer::kRoom);
    const uint32_t count = cache.find(word, place, out);
    if (count - 1 < WordCache::kRoom) [[likely]]
      return count;
    return write_rare(word, place, count == WordCache::kElsewhere, cache, out);
  }

  // A short word that the cache does not have at its place.
  size_t write_rare(const ShortWord& word, uint32_t place, bool may_be_known, WordCache& cache, int32_t* out) const {
    char bytes[ShortWord::kMaxBytes + 1];
    const std::string_view text = word.text(bytes);
    const uint64_t hash = std::rotr(word.hash(), 32);  // the well mixed bits below
    if (may_be_known) {
      const auto known = cache.find_long(text, hash);
      std::copy(known.begin(), known.end(), out);
      if (!known.empty()) return known.size();
    }
    size_t count = 1;
    if (const int32_t whole = whole_token(text); whole != kNoToken) {
      *out = whole;
    } else if (short_merger_.can_merge()) {
      count = short_merger_.merge(word, out);
    } else if (merger_.can_merge_few()) {
      count = merger_.merge_few(text, out);
    } else {
      std::vector<int32_t> ids;
      merger_.merge(text, ids);
      std::copy(ids.begin(), ids.end(), out);
      count = ids.size();
    }
    cache.insert(word, place, text, hash, {out, count});
    return count;
  }

  void append_long(std::string_view word, WordCache& cache, std::vector<int32_t>& ids) const {
    const uint64_t hash = hash_bytes(word);
    const auto known = cache.find_long(word, hash);
    ids.insert(ids.end(), known.begin(), known.end());
    if (!known.empty()) return;
    const size_t first = ids.size();
    if (const int32_t whole = whole_token(word); whole != kNoToken) {
      ids.push_back(whole);
    } else {
      merger_.merge(word, ids);
    }
    cache.insert_long(word, hash, std::span(ids).subspan(first));
  }

  // Where merges may be ignored: the token that is spelled as the word.
  int32_t whole_token(std::string_view word) const {
    if (!model_.options().ignore_merges) return kNoToken;
    std::string spelled;
    for (const char c : word) spelled += byte_level_alphabet()[static_cast<unsigned char>(c)];
    return model_.vocabulary().find(spelled);
  }

  GptScanner scanner_;
  bool is_nfc_;
  const BpeModel& model_;
  ShortWordMerger short_merger_;
  ByteMerger merger_;
};

}  // namespace

std::unique_ptr<FastEncoder> fast_byte_level_encoder(GptPattern pattern, bool is_nfc, const BpeModel& model) {
  const BpeOptions& options = model.options();
  if (!options.continuing_subword_prefix.empty() || !options.end_of_word_suffix.empty()) return nullptr;
  std::array<int32_t, 256> byte_ids;
  for (size_t byte = 0; byte < 256; ++byte) {
    byte_ids[byte] = model.vocabulary().find(byte_level_alphabet()[byte]);
    if (byte_ids[byte] == kNoToken) return nullptr;
  }
  return std::make_unique<FastByteLevelEncoder>(pattern, is_nfc, model, byte_ids);
}

}  // namespace slm::text

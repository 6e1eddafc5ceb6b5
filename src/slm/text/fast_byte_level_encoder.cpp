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
#include "slm/text/word_group.h"

namespace slm::text {
namespace {

class FastByteLevelEncoder final : public FastEncoder {
 public:
  FastByteLevelEncoder(const FastByteLevelOptions& options, const BpeModel& model,
                       const std::array<int32_t, 256>& byte_ids)
      : scanner_(options.pattern),
        options_(options),
        model_(model),
        short_merger_(model, byte_ids),
        merger_(model, byte_ids, short_merger_.can_merge() ? &short_merger_.merges() : nullptr),
        merges_together_(short_merger_.can_merge() && !model.options().ignore_merges) {}

  bool encode(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const override {
    if (options_.is_nfc && !is_surely_nfc(text)) {
      memory.spelled.clear();
      for (const CharChange& c : normal_form(text, NormalForm::kNfc)) append_utf8(memory.spelled, c.character);
      text = memory.spelled;
    }
    if (options_.adds_prefix_space && !text.empty() && text.front() != ' ') {
      std::string spelled = " ";
      spelled += text;
      memory.spelled = std::move(spelled);
      text = memory.spelled;
    }
    IdBuffer out(ids);
    WordGroup group;
    // The places of a block's words in the cache are known one block before these are looked at: the processor fetches
    // them meanwhile.
    Block blocks[2];
    Block *next = &blocks[0], *last = &blocks[1];
    const auto visit_block = [&](std::string_view rest, const char* bytes, uint64_t starts) {
      find_words(rest, bytes, starts, memory.cache, *next);
      look_up(*last, memory.cache, group, out);
      std::swap(next, last);
    };
    const auto visit_match = [&](std::string_view rest, size_t size) {
      while (size > 0) {
        const size_t covered = find_parts(rest, size, memory.cache, *next);
        look_up(*last, memory.cache, group, out);
        std::swap(next, last);
        rest.remove_prefix(covered);
        size -= covered;
      }
    };
    scanner_.for_each_block(text, visit_block, visit_match);
    look_up(*last, memory.cache, group, out);
    append(group, memory.cache, out);
    return true;
  }

  // The parts of a text would each get a space.
  bool is_cuttable() const override { return !options_.adds_prefix_space; }

 private:
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
    Word* next = block.words;
    const auto add = [&](size_t length, size_t key_length) {
      const ShortWord key = ShortWord::of(bytes + begin, key_length);
      *next = {key, WordCache::place_of(key), static_cast<uint16_t>(begin), static_cast<uint16_t>(length)};
      cache.prefetch(next++->place);
      begin += length;
    };
    for (starts &= starts - 1; starts != 0; starts &= starts - 1) {
      const auto end = static_cast<size_t>(std::countr_zero(starts));
      if (end - begin <= ShortWord::kMaxBytes) [[likely]] {
        add(end - begin, end - begin);
        continue;
      }
      while (begin < end) {
        const size_t length = part_end({bytes + begin, end - begin});
        add(length, std::min(length, ShortWord::kMaxBytes));
      }
    }
    block.num_words = static_cast<size_t>(next - block.words);
  }

  // Parts of the word that has the first `size` bytes; returns how many bytes they have.
  size_t find_parts(std::string_view text, size_t size, const WordCache& cache, Block& block) const {
    block.text = text;
    size_t begin = 0;
    while (begin < size && block.num_words < ByteBlock::kSize) {
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

  // Takes the ids of the words from the cache, as far as it has them, and leaves the block empty.
  void look_up(Block& block, WordCache& cache, WordGroup& group, IdBuffer& out) const {
    const Word* const end = block.words + std::exchange(block.num_words, 0);
    for (const Word* word = block.words; word != end; ++word) {
      const bool is_short = word->length <= ShortWord::kMaxBytes;
      const PackedIds* const known = is_short ? cache.find(word->key, word->place) : nullptr;
      const bool is_here = known != nullptr && !known->is_elsewhere();
      if (is_here) [[likely]] {
        group.add(*known);
        continue;
      }
      const std::string_view text = block.text.substr(word->begin, word->length);
      if (is_short && known == nullptr) {
        group.add_new(text, word->key, word->place);
      } else {
        group.add(text);
      }
    }
    if (!block.long_part.empty()) group.add(std::exchange(block.long_part, {}));
    if (group.is_full()) append(group, cache, out);
  }

  // Appends the ids of all words, and leaves the group empty.
  void append(WordGroup& group, WordCache& cache, IdBuffer& out) const {
    merge_new(group, cache);
    static constexpr size_t kTogether = IdBuffer::kRoom / PackedIds::kRoom;
    for (size_t first = 0; first < group.num_words(); first += kTogether) {
      int32_t* end = out.end();
      for (size_t i = first; i < std::min(first + kTogether, group.num_words()); ++i) {
        const uint32_t count = group[i].write(end);
        if (count != PackedIds::kElsewhere) [[likely]] {
          end += count;
        } else {
          out.added_up_to(end);
          append_long(group.text_of(i), cache, out.flushed());
          end = out.end();
        }
      }
      out.added_up_to(end);
    }
    group.clear();
  }

  // The new short words of the group, as many at once as the merger likes.
  void merge_new(WordGroup& group, WordCache& cache) const {
    static constexpr size_t kTogether = 8;
    for (size_t next = 0; next < group.num_new();) {
      WordGroup::NewWord chosen[kTogether];
      ShortWord words[kTogether];
      size_t num_words = 0;
      for (; next < group.num_new() && num_words < kTogether; ++next) {
        const WordGroup::NewWord& word = group.new_word(next);
        const PackedIds* const known = cache.find(word.key(), word.place);  // since it came before
        if (known == nullptr) {
          chosen[num_words] = word;
          words[num_words++] = word.key();
        } else if (!known->is_elsewhere()) {
          group[word.index] = *known;
        }
      }
      ShortWordIds merged[kTogether];
      if (merges_together_) short_merger_.merge({words, num_words}, merged);
      for (size_t i = 0; i < num_words; ++i) {
        const std::string_view text = group.text_of(chosen[i].index);
        const PackedIds ids = merges_together_ ? packed(merged[i], text, cache) : merged_ids(text, cache);
        cache.insert(words[i], chosen[i].place, ids);
        if (!ids.is_elsewhere()) group[chosen[i].index] = ids;
      }
    }
  }

  // The ids of a new short word; where they do not fit, they are put elsewhere.
  PackedIds packed(const ShortWordIds& merged, std::string_view word, WordCache& cache) const {
    PackedIds ids = PackedIds::elsewhere();
    if (merged.count <= PackedIds::kMaxNarrow) {
      std::copy_n(merged.ids, PackedIds::kMaxNarrow, ids.parts);
      ids.parts[PackedIds::kMaxNarrow] = merged.count;
    } else {
      const std::vector<int32_t> wide(merged.ids, merged.ids + merged.count);
      cache.insert_long(word, hash_bytes(word), wide);
    }
    return ids;
  }
  PackedIds merged_ids(std::string_view word, WordCache& cache) const {
    std::vector<int32_t> merged;
    append_merged(word, merged);
    const PackedIds ids = PackedIds::of(merged);
    if (ids.is_elsewhere()) cache.insert_long(word, hash_bytes(word), merged);
    return ids;
  }

  void append_long(std::string_view word, WordCache& cache, std::vector<int32_t>& ids) const {
    const uint64_t hash = hash_bytes(word);
    const auto known = cache.find_long(word, hash);
    ids.insert(ids.end(), known.begin(), known.end());
    if (!known.empty()) return;
    const size_t first = ids.size();
    append_merged(word, ids);
    cache.insert_long(word, hash, std::span(ids).subspan(first));
  }

  void append_merged(std::string_view word, std::vector<int32_t>& ids) const {
    if (const int32_t whole = whole_token(word); whole != kNoToken) {
      ids.push_back(whole);
    } else {
      merger_.merge(word, ids);
    }
  }

  // Where merges may be ignored: the token that is spelled as the word.
  int32_t whole_token(std::string_view word) const {
    if (!model_.options().ignore_merges) return kNoToken;
    std::string spelled;
    for (const char c : word) spelled += byte_level_alphabet()[static_cast<unsigned char>(c)];
    return model_.vocabulary().find(spelled);
  }

  GptScanner scanner_;
  FastByteLevelOptions options_;
  const BpeModel& model_;
  ShortWordMerger short_merger_;
  ByteMerger merger_;
  bool merges_together_;
};

}  // namespace

std::unique_ptr<FastEncoder> fast_byte_level_encoder(const FastByteLevelOptions& options, const BpeModel& model) {
  const BpeOptions& bpe = model.options();
  if (!bpe.continuing_subword_prefix.empty() || !bpe.end_of_word_suffix.empty()) return nullptr;
  std::array<int32_t, 256> byte_ids;
  for (size_t byte = 0; byte < 256; ++byte) {
    byte_ids[byte] = model.vocabulary().find(byte_level_alphabet()[byte]);
    if (byte_ids[byte] == kNoToken) return nullptr;
  }
  return std::make_unique<FastByteLevelEncoder>(options, model, byte_ids);
}

}  // namespace slm::text

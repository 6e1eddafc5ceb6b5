#include <algorithm>
#include <bit>
#include <numeric>

#include "slm/text/byte_ids.h"
#include "slm/text/byte_merger.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/fast_encoder.h"
#include "slm/text/gapped_ids.h"
#include "slm/text/gpt_scanner.h"
#include "slm/text/nfc_check.h"
#include "slm/text/normal_form.h"
#include "slm/text/short_word_merger.h"
#include "slm/text/string_hash.h"
#include "slm/text/utf8.h"
#include "slm/text/words_ahead.h"

namespace slm::text {
namespace {

class FastByteLevelEncoder final : public FastEncoder {
 public:
  FastByteLevelEncoder(const FastByteLevelOptions& options, const BpeModel& model, const ByteIds& byte_ids)
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
    GappedIds out;
    WordsAhead ahead(memory.cache);
    const auto visit_block = [&](std::string_view rest, const char* bytes, uint64_t starts) {
      if (out.is_full()) append(out, memory.cache, ids);
      find_words(rest.data(), bytes, starts, memory.cache, ahead, out);
    };
    const auto visit_match = [&](std::string_view rest, size_t size) {
      while (size > 0) {
        if (out.is_full()) append(out, memory.cache, ids);
        const size_t covered = find_part(rest, size, memory.cache, ahead, out);
        rest.remove_prefix(covered);
        size -= covered;
      }
    };
    scanner_.for_each_block(text, visit_block, visit_match);
    if (out.is_full()) append(out, memory.cache, ids);
    finish(memory.cache, ahead, out);
    append(out, memory.cache, ids);
    return true;
  }

  // The parts of a text would each get a space.
  bool is_cuttable() const override { return !options_.adds_prefix_space; }

 private:
  // A word, or a part of one that no merge joins with its neighbours: such parts come again more often than long words.
  using Word = WordsAhead::Word;

  // The words between the starts. 16 bytes can be read at each place of `bytes`, which are those of `text`.
  void find_words(const char* text, const char* bytes, uint64_t starts, WordCache& cache, WordsAhead& ahead,
                  GappedIds& out) const {
    int32_t* ids = out.end();
    Word* next = ahead.end();
    size_t begin = 0;
    const auto add = [&](const Word& word) {
      WordCache::prefetch(word.place);
      *next = word;
      look_up(*(next++ - WordsAhead::kLag), cache, ids, out);
    };
    for (starts &= starts - 1; starts != 0; starts &= starts - 1) {
      const auto end = static_cast<size_t>(std::countr_zero(starts));
      if (end - begin <= ShortWord::kMaxBytes) [[likely]] {
        add(WordsAhead::short_word(WordKey::of(bytes + begin, end - begin), text + begin, cache));
        begin = end;
        continue;
      }
      while (begin < end) {
        const size_t length = part_end({bytes + begin, end - begin});
        if (length <= ShortWord::kMaxBytes) {
          add(WordsAhead::short_word(WordKey::of(bytes + begin, length), text + begin, cache));
        } else {
          add(WordsAhead::long_word({text + begin, length}, cache));
        }
        begin += length;
      }
    }
    ahead.set_end(next);
    out.set_end(ids);
  }

  // The first part of the word that has the first `size` bytes; returns how many bytes it has.
  size_t find_part(std::string_view text, size_t size, WordCache& cache, WordsAhead& ahead, GappedIds& out) const {
    const size_t length = part_end(text.substr(0, size));
    const std::string_view part = text.substr(0, length);
    Word* const next = ahead.end();
    *next = length <= ShortWord::kMaxBytes ? WordsAhead::short_word(WordKey(ShortWord::of(part)), part.data(), cache)
                                           : WordsAhead::long_word(part, cache);
    ahead.set_end(next + 1);
    int32_t* ids = out.end();
    look_up(*(next - WordsAhead::kLag), cache, ids, out);
    out.set_end(ids);
    return length;
  }

  // The words that have not been looked up.
  static void finish(WordCache& cache, WordsAhead& ahead, GappedIds& out) {
    int32_t* ids = out.end();
    const Word* const end = ahead.end();
    for (const Word* word = end - WordsAhead::kLag; word != end; ++word) look_up(*word, cache, ids, out);
    out.set_end(ids);
  }

  size_t part_end(std::string_view word) const {
    return model_.options().ignore_merges ? word.size() : merger_.first_part_end(word);
  }

  // Writes the ids of a word to `ids` and moves it, or leaves a gap.
  static void look_up(const Word& word, WordCache& cache, int32_t*& ids, GappedIds& out) {
    const uint32_t count = cache.find(word.key, word.place).write(ids);
    if (PackedIds::are_here(count)) [[likely]] {
      ids += count;
      return;
    }
    if (count == PackedIds::kUnknown && word.is_short()) {
      out.add_new(word, ids);
    } else {
      const uint64_t hash = hash_bytes(word.as_written());
      cache.prefetch_long(hash);
      out.add_long(word, hash, ids);
    }
  }

  // Appends all ids with those that belong in the gaps, and leaves nothing in `out`.
  void append(GappedIds& out, WordCache& cache, std::vector<int32_t>& ids) const {
    merge_new(out.gaps(), cache);
    int32_t joined[GappedIds::kMaxJoined];
    int32_t* end = joined;
    const int32_t* between = out.ids().data();
    const auto copy_until = [&](size_t place) {
      const int32_t* const until = out.ids().data() + place;
      end = std::copy(between, until, end);
      between = until;
    };
    for (const GappedIds::Gap& gap : out.gaps()) {
      copy_until(gap.begin);
      if (const uint32_t count = gap.ids.write(end); PackedIds::are_here(count)) [[likely]] {
        end += count;
        continue;
      }
      const std::string_view word = gap.word.as_written();
      const uint64_t hash = gap.is_new ? hash_bytes(word) : gap.hash;
      const std::span<const int32_t> known = cache.find_long(word, hash);
      if (!known.empty() && known.size() <= PackedIds::kRoom) {
        end = std::copy(known.begin(), known.end(), end);
        continue;
      }
      ids.insert(ids.end(), joined, end);
      end = joined;
      if (known.empty()) {
        append_new_long(word, hash, cache, ids);
      } else {
        ids.insert(ids.end(), known.begin(), known.end());
      }
    }
    copy_until(out.ids().size());
    ids.insert(ids.end(), joined, end);
    out.clear();
  }

  // The new words, as many at once as the merger likes, by length, so that they take equally many merges.
  void merge_new(std::span<GappedIds::Gap> gaps, WordCache& cache) const {
    std::array<uint16_t, ShortWord::kMaxBytes + 2> places{};  // in `sorted`, by length
    for (const GappedIds::Gap& gap : gaps) {
      if (gap.is_new) ++places[gap.word.key.word().length() + 1];
    }
    std::partial_sum(places.begin(), places.end(), places.begin());
    uint16_t sorted[GappedIds::kMaxGaps];
    for (size_t i = 0; i < gaps.size(); ++i) {
      if (gaps[i].is_new) sorted[places[gaps[i].word.key.word().length()]++] = static_cast<uint16_t>(i);
    }
    const size_t num_new = places[ShortWord::kMaxBytes];
    static constexpr size_t kTogether = 4;
    for (size_t next = 0; next < num_new;) {
      GappedIds::Gap* chosen[kTogether];
      ShortWord words[kTogether];
      size_t num_words = 0;
      for (; next < num_new && num_words < kTogether; ++next) {
        GappedIds::Gap& gap = gaps[sorted[next]];
        gap.ids = cache.find(gap.word.key, gap.word.place);  // maybe it came before
        if (gap.ids.is_unknown()) {
          chosen[num_words] = &gap;
          words[num_words++] = gap.word.key.word();
        }
      }
      ShortWordIds merged[kTogether] = {};  // places behind a word's ids are packed, too
      if (merges_together_) short_merger_.merge({words, num_words}, merged);
      for (size_t i = 0; i < num_words; ++i) {
        GappedIds::Gap& gap = *chosen[i];
        const std::string_view text = gap.word.as_written();
        gap.ids = merges_together_ ? packed(merged[i], text, cache) : merged_ids(text, cache);
        WordCache::insert(gap.word.key, gap.word.place, gap.ids);
      }
    }
  }

  // The ids of a new short word; where they do not fit, they are put elsewhere.
  PackedIds packed(const ShortWordIds& merged, std::string_view word, WordCache& cache) const {
    if (merged.count <= PackedIds::kMaxNarrow) return PackedIds::of_narrow(merged.ids, merged.count);
    const std::vector<int32_t> wide(merged.ids, merged.ids + merged.count);
    cache.insert_long(word, hash_bytes(word), wide);
    return PackedIds::elsewhere();
  }
  PackedIds merged_ids(std::string_view word, WordCache& cache) const {
    std::vector<int32_t> merged;
    append_merged(word, merged);
    const PackedIds ids = PackedIds::of(merged);
    if (ids.is_elsewhere()) cache.insert_long(word, hash_bytes(word), merged);
    return ids;
  }

  void append_new_long(std::string_view word, uint64_t hash, WordCache& cache, std::vector<int32_t>& ids) const {
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
  const ByteIds byte_ids = byte_level_ids(model.vocabulary());
  if (!has_all_bytes(byte_ids)) return nullptr;
  return std::make_unique<FastByteLevelEncoder>(options, model, byte_ids);
}

}  // namespace slm::text

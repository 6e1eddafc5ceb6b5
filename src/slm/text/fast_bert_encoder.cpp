#include <algorithm>
#include <bit>
#include <cstring>

#include "slm/text/bert_scanner.h"
#include "slm/text/byte_block.h"
#include "slm/text/fast_encoder.h"
#include "slm/text/id_buffer.h"
#include "slm/text/string_hash.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using Kind = BertCharacterKind;

// Words are looked up as they are written, but for ASCII capitals where the normalizer makes them small.
class FastBertEncoder final : public FastEncoder {
 public:
  FastBertEncoder(const BertNormalizerOptions& options, const WordPieceModel& model)
      : normalizer_(bert_normalizer(options)), model_(model), lowercase_(options.lowercase) {}

  bool knows_the_normalizer() const { return BertScanner::is_usual(characters_); }

  bool encode(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const override {
    const size_t old_size = ids.size();
    const bool is_done = encode_blocks(text, memory, ids);
    if (!is_done) ids.resize(old_size);
    return is_done;
  }

  bool is_cuttable() const override { return true; }

 private:
  static constexpr size_t kReach = BertScanner::kReach;

  struct Word {
    WordKey key;
    WordCache::Place place;
    uint8_t begin, length;
  };

  bool encode_blocks(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const {
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
      const BertScanner::Words words = BertScanner::scan(block, characters_);
      if (!words.is_usual) return false;
      encode_words(block.data(), words, memory, out);
      size_t covered = words.num_covered;
      if (covered == 0 && !append_long_word(text, covered, memory, out)) return false;
      text.remove_prefix(covered);
    }
    return true;
  }

  void encode_words(const char* text, const BertScanner::Words& found, EncoderMemory& memory, IdBuffer& out) const {
    char spelled[kReach];
    if (lowercase_) {
      ByteBlock(text).store_lowercase(spelled);
    } else {
      std::memcpy(spelled, text, ByteBlock::kSize);
    }
    std::memset(spelled + ByteBlock::kSize, 0, kReach - ByteBlock::kSize);
    Word words[ByteBlock::kSize];
    size_t num_words = 0;
    // First all places in the cache, then what is there: the processor fetches the next ones meanwhile.
    for (uint64_t starts = found.starts; starts != 0; starts &= starts - 1) {
      const auto begin = static_cast<size_t>(std::countr_zero(starts));
      const uint64_t ends_behind = found.ends >> begin >> 1;  // none: at the end of the block
      const size_t length = std::min(static_cast<size_t>(std::countr_zero(ends_behind)) + 1, ByteBlock::kSize - begin);
      Word& word = words[num_words++];
      word.begin = static_cast<uint8_t>(begin);
      word.length = static_cast<uint8_t>(length);
      word.key = WordKey::of(spelled + begin, std::min(length, ShortWord::kMaxBytes));
      word.place = memory.cache.place_of(word.key);
      WordCache::prefetch(word.place);
    }
    for (size_t i = 0; i < num_words; ++i) {
      const Word& word = words[i];
      const std::string_view as_written(spelled + word.begin, word.length);
      if (word.length <= ShortWord::kMaxBytes) [[likely]] {
        const uint32_t count = memory.cache.find(word.key, word.place).write(out.end());
        if (PackedIds::are_here(count)) [[likely]] {
          out.added(count);
          continue;
        }
        if (count == PackedIds::kUnknown) {
          append_new(as_written, word, found.is_plain, memory, out);
          continue;
        }
      }
      append_long(as_written, found.is_plain, memory, out);
    }
  }

  // A short word that the cache does not have. `is_plain`: the normalizer leaves it as it is.
  void append_new(std::string_view as_written, const Word& word, bool is_plain, EncoderMemory& memory,
                  IdBuffer& out) const {
    static_assert(ShortWord::kMaxBytes * BertSpelling::kMaxBytes <= IdBuffer::kRoom);
    int32_t* const ids = out.end();
    int32_t* end;
    if (is_plain) {
      end = model_.tokenize(word.key.word(), ids);
    } else {
      char spelled[kMaxSpelled];
      end = tokenize({spelled, spell(as_written, spelled)}, ids);
    }
    const std::span<const int32_t> added(ids, end);
    const PackedIds packed = PackedIds::of(added);
    WordCache::insert(word.key, word.place, packed);
    if (packed.is_elsewhere()) memory.cache.insert_long(as_written, hash_bytes(as_written), added);
    out.added(added.size());
  }

  // A longer one, or one whose ids the cache has elsewhere.
  void append_long(std::string_view as_written, bool is_plain, EncoderMemory& memory, IdBuffer& out) const {
    const uint64_t hash = hash_bytes(as_written);
    const auto known = memory.cache.find_long(as_written, hash);
    if (!known.empty() && known.size() <= IdBuffer::kRoom) [[likely]] {
      std::copy(known.begin(), known.end(), out.end());
      out.added(known.size());
      return;
    }
    char spelled[kMaxSpelled];
    int32_t ids[kMaxSpelled];
    const int32_t* const end =
        tokenize(is_plain ? as_written : std::string_view(spelled, spell(as_written, spelled)), ids);
    memory.cache.insert_long(as_written, hash, {ids, end});
    for (const int32_t* id = ids; id != end;) {
      const auto count = std::min<std::ptrdiff_t>(end - id, IdBuffer::kRoom);
      std::copy_n(id, count, out.end());
      out.added(static_cast<size_t>(count));
      id += count;
    }
  }

  // A word at the beginning of the text that may be longer than a block. False where it has something unusual.
  bool append_long_word(std::string_view text, size_t& end, EncoderMemory& memory, IdBuffer& out) const {
    memory.spelled.clear();
    for (end = 0; end < text.size();) {
      const Utf8Char c = read_utf8(text, end);
      const Kind kind = characters_.kind(c.code_point);
      if (kind == Kind::kUnusual) return false;
      if (end > 0 && (kind == Kind::kSpace || kind == Kind::kAlone)) break;
      end += static_cast<size_t>(c.length);
      memory.spelled += characters_.spelling(c.code_point).text();
      if (kind == Kind::kAlone) break;
    }
    tokenize(memory.spelled, out.flushed());
    return true;
  }

  // What the normalizer makes of a word in a block; returns its size. Two bytes behind the word can be read.
  static constexpr size_t kMaxSpelled = ByteBlock::kSize * sizeof(BertSpelling);
  size_t spell(std::string_view as_written, char* spelled) const {
    char* end = spelled;
    for (size_t at = 0; at < as_written.size();) {
      const Utf8Char c = read_usual_utf8(as_written, at);
      at += static_cast<size_t>(c.length);
      const BertSpelling& spelling = characters_.spelling(c.code_point);
      std::memcpy(end, spelling.bytes.data(), spelling.bytes.size());
      end += spelling.length;
    }
    return static_cast<size_t>(end - spelled);
  }

  int32_t* tokenize(std::string_view spelled, int32_t* ids) const {
    if (spelled.empty()) return ids;
    return model_.tokenize(spelled, ids);
  }
  void tokenize(std::string_view spelled, std::vector<int32_t>& ids) const {
    const size_t first = ids.size();
    ids.resize(first + spelled.size());
    const int32_t* const end = tokenize(spelled, ids.data() + first);
    ids.resize(static_cast<size_t>(end - ids.data()));
  }

  std::unique_ptr<Normalizer> normalizer_;
  const WordPieceModel& model_;
  bool lowercase_;
  BertCharacters characters_{*normalizer_};
};

}  // namespace

std::unique_ptr<FastEncoder> fast_bert_encoder(const BertNormalizerOptions& options, const WordPieceModel& model) {
  auto encoder = std::make_unique<FastBertEncoder>(options, model);
  return encoder->knows_the_normalizer() ? std::move(encoder) : nullptr;
}

}  // namespace slm::text

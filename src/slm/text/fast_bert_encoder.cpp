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

using Kind = BertCharacter::Kind;

// Words are looked up as they are written, but for ASCII capitals where the normalizer makes them small.
class FastBertEncoder final : public FastEncoder {
 public:
  FastBertEncoder(const BertNormalizerOptions& options, std::unique_ptr<Normalizer> normalizer,
                  const WordPieceModel& model)
      : normalizer_(std::move(normalizer)), model_(model), lowercase_(options.lowercase) {}

  bool encode(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const override {
    const size_t old_size = ids.size();
    const bool is_done = encode_blocks(text, memory, ids);
    if (!is_done) ids.resize(old_size);
    return is_done;
  }

  bool is_cuttable() const override { return true; }

 private:
  static constexpr size_t kReach = ByteBlock::kSize + 16;  // bytes that are read at a place of the text

  struct Word {
    ShortWord key;
    uint32_t place;
    uint8_t begin, length;
  };

  bool encode_blocks(std::string_view text, EncoderMemory& memory, std::vector<int32_t>& ids) const {
    IdBuffer out(ids);
    char end_of_text[ByteBlock::kSize] = {};
    while (!text.empty()) {
      // `block` is the text from here on, with enough zeros behind its end.
      std::string_view block = text;
      if (text.size() < ByteBlock::kSize) {
        std::memset(end_of_text, 0, sizeof end_of_text);
        std::memcpy(end_of_text, text.data(), text.size());
        block = {end_of_text, text.size()};
      }
      const BertScanner::Words words = BertScanner::scan(block, memory.bert_characters, *normalizer_);
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
      word.key = ShortWord::of(spelled + begin, std::min(length, ShortWord::kMaxBytes));
      word.place = WordCache::place_of(word.key);
      memory.cache.prefetch(word.place);
    }
    for (size_t i = 0; i < num_words; ++i) {
      const Word& word = words[i];
      const std::string_view as_written(spelled + word.begin, word.length);
      if (word.length <= ShortWord::kMaxBytes) [[likely]] {
        const PackedIds* const known = memory.cache.find(word.key, word.place);
        const bool is_here = known != nullptr && !known->is_elsewhere();
        if (is_here) [[likely]] {
          out.added(known->write(out.end()));
        } else {
          append(as_written, word, known != nullptr, memory, out);
        }
      } else {
        append(as_written, word, true, memory, out);
      }
    }
  }

  // A word that the cache does not have at its first place.
  void append(std::string_view as_written, const Word& word, bool may_be_known, EncoderMemory& memory,
              IdBuffer& out) const {
    const uint64_t hash = hash_bytes(as_written);
    std::vector<int32_t>& ids = out.flushed();
    if (may_be_known) {
      const auto known = memory.cache.find_long(as_written, hash);
      ids.insert(ids.end(), known.begin(), known.end());
      if (!known.empty()) return;
    }
    memory.spelled.clear();
    for (size_t at = 0; at < as_written.size();) {
      const Utf8Char c = read_utf8(as_written, at);
      at += static_cast<size_t>(c.length);
      memory.spelled += memory.bert_characters.of(c.code_point, *normalizer_).text();
    }
    const size_t first = ids.size();
    tokenize(memory, ids);
    const auto added = std::span(ids).subspan(first);
    const bool is_short = as_written.size() <= ShortWord::kMaxBytes;
    const PackedIds packed = is_short ? PackedIds::of(added) : PackedIds::elsewhere();
    if (is_short) memory.cache.insert(word.key, word.place, packed);
    if (packed.is_elsewhere()) memory.cache.insert_long(as_written, hash, added);
  }

  // A word at the beginning of the text that may be longer than a block. False where it has something unusual.
  bool append_long_word(std::string_view text, size_t& end, EncoderMemory& memory, IdBuffer& out) const {
    memory.spelled.clear();
    for (end = 0; end < text.size();) {
      const Utf8Char c = read_utf8(text, end);
      const BertCharacter& character = memory.bert_characters.of(c.code_point, *normalizer_);
      if (character.kind == Kind::kUnusual) return false;
      if (end > 0 && (character.kind == Kind::kSpace || character.kind == Kind::kAlone)) break;
      end += static_cast<size_t>(c.length);
      memory.spelled += character.text();
      if (character.kind == Kind::kAlone) break;
    }
    tokenize(memory, out.flushed());
    return true;
  }

  void tokenize(EncoderMemory& memory, std::vector<int32_t>& ids) const {
    if (memory.spelled.empty()) return;
    memory.tokens.clear();
    model_.tokenize(memory.spelled, memory.tokens);
    for (const ModelToken& token : memory.tokens) ids.push_back(token.id);
  }

  std::unique_ptr<Normalizer> normalizer_;
  const WordPieceModel& model_;
  bool lowercase_;
};

}  // namespace

std::unique_ptr<FastEncoder> fast_bert_encoder(const BertNormalizerOptions& options, const WordPieceModel& model) {
  auto normalizer = bert_normalizer(options);
  BertCharacters characters;
  if (!BertScanner::is_usual(characters, *normalizer)) return nullptr;
  return std::make_unique<FastBertEncoder>(options, std::move(normalizer), model);
}

}  // namespace slm::text

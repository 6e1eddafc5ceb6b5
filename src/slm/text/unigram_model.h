#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "slm/text/byte_ids.h"
#include "slm/text/byte_trie.h"
#include "slm/text/model.h"
#include "slm/text/utf8.h"

namespace slm::text {

// An unknown character scores this much below the worst token.
inline constexpr double kUnknownPenalty = 10.0;

struct UnigramOptions {
  std::optional<int32_t> unknown_id;
  bool byte_fallback = false;  // unknown characters become <0xE2><0x82><0xAC>
};

// The best sequence of tokens up to a place of a text.
struct UnigramPath {
  static constexpr size_t kUnreached = SIZE_MAX;
  double score = 0;
  size_t begin = kUnreached;  // of its last token
  int32_t id = 0;             // of that token

  bool is_reached() const { return begin != kUnreached; }
  // One that ends with another token; the first of equal ones stays.
  void offer(const UnigramPath& other) {
    if (!is_reached() || other.score > score) *this = other;
  }
};

// The sequence of tokens whose scores (log probabilities) have the largest sum.
class UnigramModel final : public Model {
 public:
  // `scores` by id.
  UnigramModel(Vocabulary vocabulary, std::vector<double> scores, UnigramOptions options);

  std::string_view kind() const override { return "Unigram"; }
  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const override;
  std::unique_ptr<PieceStream> stream(bool has_offsets) const override;

  const UnigramOptions& options() const { return options_; }

  // Calls offer(size, score, id) for each token that may begin at byte `begin`: those that the text goes on with, the
  // shortest first, then one that is unknown where no token is the character. Throws Error where there is none for
  // that.
  template <typename Offer>
  void for_each_at(std::string_view text, size_t begin, const Offer& offer) const {
    const auto length = static_cast<size_t>(read_utf8(text, begin).length);
    bool has_the_character = false;
    trie_.for_each_prefix(text.substr(begin), [&](size_t size, int32_t id) {
      offer(size, scores_[static_cast<size_t>(id)], id);
      has_the_character |= size == length;
    });
    if (!has_the_character) offer(length, unknown_score_, unknown_id_of(text.substr(begin, length)));
  }
  // Appends what a run of unknown characters, the bytes [begin, end) of `piece`, becomes. All its tokens stand for all
  // of it.
  void append_unknown(std::string_view piece, size_t begin, size_t end, std::vector<ModelToken>& tokens) const;

  // Of the token that names the byte; kNoToken where there is none. For UnigramOptions::byte_fallback.
  int32_t byte_id(char byte) const { return byte_ids_[static_cast<unsigned char>(byte)]; }
  // Whether unknown characters become their bytes, whatever these are.
  bool falls_back_to_bytes() const { return options_.byte_fallback && has_all_bytes(byte_ids_); }

 private:
  int32_t unknown_id_of(std::string_view character) const;

  Vocabulary vocabulary_;
  std::vector<double> scores_;
  UnigramOptions options_;
  double unknown_score_;
  ByteTrie trie_;
  ByteIds byte_ids_{};
};

}  // namespace slm::text

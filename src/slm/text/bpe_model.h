#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slm/text/byte_ids.h"
#include "slm/text/character_pairs.h"
#include "slm/text/merge_table.h"
#include "slm/text/model.h"

namespace slm::text {

struct BpeOptions {
  std::optional<std::string> unknown_token;
  std::string continuing_subword_prefix;  // of every character but a word's first
  std::string end_of_word_suffix;         // of a word's last character
  bool fuses_unknown = false;             // neighbouring unknown characters are one unknown token
  bool byte_fallback = false;             // an unknown character becomes <0xE2><0x82><0xAC>
  bool ignore_merges = false;             // a piece that is a token is that token
};

// Byte-pair encoding: starts from characters and merges neighbours, the merge of lowest rank first, the leftmost of
// equal ones.
class BpeModel final : public Model {
 public:
  // `merges` in the order of their ranks. Throws Error for a merge whose parts or result the vocabulary does not have.
  BpeModel(Vocabulary vocabulary, const std::vector<std::pair<std::string_view, std::string_view>>& merges,
           BpeOptions options);

  std::string_view kind() const override { return "BPE"; }
  const Vocabulary& vocabulary() const override { return vocabulary_; }
  void tokenize(std::string_view piece, std::vector<ModelToken>& tokens) const override;
  bool keeps_apart(char32_t left, char32_t right) const override;
  std::unique_ptr<PieceStream> stream(bool has_offsets) const override;
  // The token that a character without one becomes; kNoToken where there is none.
  int32_t unknown_id() const { return unknown_id_; }
  // Whether an unknown character becomes its bytes, whatever these are.
  bool falls_back_to_bytes() const { return options_.byte_fallback && has_all_bytes(byte_ids_); }

  // One character of a piece before any merge: appends its token, its bytes, or nothing while it waits to be an unknown
  // token. `end` of each token is its number of bytes. `unknown_bytes` is of the characters that wait: where it is not
  // 0, and something is appended, their token comes first.
  void append_character(std::string_view character, bool is_first, bool is_last, std::vector<ModelToken>& tokens,
                        size_t& unknown_bytes) const;

  const BpeOptions& options() const { return options_; }
  const MergeTable& merges() const { return merges_; }

 private:
  // Whether the characters of a piece become the same tokens in each part of it, before any merge.
  bool spells_parts_alike() const;

  Vocabulary vocabulary_;
  BpeOptions options_;
  MergeTable merges_;
  int32_t unknown_id_ = kNoToken;
  ByteIds byte_ids_{};  // for options_.byte_fallback

  // What keeps_apart() looks at: made when it is first asked.
  struct Joints {
    bool are_known = false;  // else no two characters are surely kept apart
    CharacterPairs joined;   // in what a merge makes
  };
  Joints find_joints() const;
  mutable std::once_flag joints_flag_;
  mutable Joints joints_;
};

// Merges `tokens` from `first` on. begin and end of a merged token cover its parts.
void merge_tokens(const MergeTable& merges, size_t first, std::vector<ModelToken>& tokens);

}  // namespace slm::text

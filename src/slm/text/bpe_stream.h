#pragma once

#include <string>
#include <vector>

#include "slm/text/bpe_model.h"
#include "slm/text/merge_stream.h"
#include "slm/text/piece_beginning.h"
#include "slm/text/piece_stream.h"

namespace slm::text {

// A piece of a byte-pair model.
class BpeStream final : public PieceStream {
 public:
  // False for merges that are not in the order of their ranks, and where characters may leave no token, or bytes that
  // are not a part of them.
  static bool can_do(const BpeModel& model);
  // `model` must outlive it; can_do() must be true.
  explicit BpeStream(const BpeModel& model);

  void push(std::string_view part, std::span<const TokenOffsets> places, Encoding& tokens) override;
  void finish(Encoding& tokens) override;

 private:
  struct Character {
    std::string text;
    TokenOffsets place;
  };

  void add(const Character& character, bool is_last);
  void add_unknown();

  const BpeModel& model_;
  MergeStream merges_;
  bool is_first_ = true;
  Character held_;  // the last one: a word's last character may be spelled in another way
  PieceBeginning beginning_;
  size_t unknown_bytes_ = 0;  // of unknown characters that no token stands for yet
  TokenOffsets unknown_place_{};
  std::vector<ModelToken> found_;  // of a character
};

}  // namespace slm::text

#pragma once

#include <string>
#include <vector>

#include "slm/text/piece_stream.h"
#include "slm/text/unigram_model.h"

namespace slm::text {

// The best path through a piece is settled up to the last place that the best paths to all places from which tokens may
// still begin, or which tokens have reached, go through. Scores go on from the piece's beginning, as in
// UnigramModel::tokenize(): the same sums, rounded alike.
class UnigramStream final : public PieceStream {
 public:
  // `model` must outlive it.
  UnigramStream(const UnigramModel& model, bool has_offsets)
      : model_(model), settles_bytes_(!has_offsets && model.falls_back_to_bytes()) {}

  void push(std::string_view part, std::span<const TokenOffsets> places, Encoding& tokens) override;
  void finish(Encoding& tokens) override;

 private:
  // Offers the tokens that begin at the next place.
  void advance();
  // The last place that all best paths go through; 0 where there is none but the beginning.
  size_t find_common_place() const;
  // Appends the tokens of the best path to `end`, and forgets what is before it.
  void take_path(size_t end, Encoding& tokens);
  void append_unknown(Encoding& tokens);
  void settle_bytes(Encoding& tokens);

  const UnigramModel& model_;
  bool settles_bytes_;  // without the end of the characters that they are, which is what each stands for
  // What is not settled: the text, what each byte stands for, and the best path to each place.
  std::string text_;
  std::vector<TokenOffsets> places_;
  std::vector<UnigramPath> best_ = std::vector<UnigramPath>(1);
  size_t next_ = 0;      // no token from here on has been offered
  size_t try_from_ = 0;  // next_ must be there before find_common_place() is worth its time
  // Neighbouring unknown characters, which are one, at the end of what is settled.
  std::string unknown_;           // no more than shows that it is no token, unless all of it becomes bytes
  bool is_long_unknown_ = false;  // it is no token, and its first bytes have been appended
  TokenOffsets unknown_place_{};
};

}  // namespace slm::text

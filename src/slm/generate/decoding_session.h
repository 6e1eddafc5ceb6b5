#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "slm/models/decoder.h"
#include "slm/nn/kv_cache.h"

namespace slm::generate {

// Receives a line for people about something unexpected, once.
using NoticeCallback = std::function<void(std::string_view)>;

// Feeds sequences of equal length to a model token by token, computing only what is new.
//
// Past max_seq_len, rotary positions go on, farther than the model was trained for. Learned positions end there: the
// window then slides, by starting over with the latter half of max_seq_len tokens, so that the cost of computing those
// again is spread over as many tokens that follow. Either is told once through the callback.
class DecodingSession {
 public:
  // The model must outlive the session.
  explicit DecodingSession(const models::Decoder& model, NoticeCallback on_notice = {});

  // Tells now what would else be told in the middle of a text: how sequences of a prompt of so many tokens and as many
  // more go on past max_seq_len. Does nothing where they end before.
  void announce(int64_t prompt_length, int64_t num_new_tokens);

  // Starts over with one sequence. Returns the logits of the token that follows it: (1, V), fp32. The prompt has at
  // least one token; of one longer than learned positions reach, the last max_seq_len are read. `go_on`, where given,
  // is asked with the number of tokens read and of all before each piece of a long prompt: after a false, what is
  // returned follows the tokens read so far.
  Tensor begin(std::span<const int32_t> prompt, const std::function<bool(int64_t read, int64_t all)>& go_on = {});

  // Appends one token to each sequence and returns the logits of what follows: (B, V), fp32.
  Tensor step(std::span<const int32_t> tokens);

  // Sequence i becomes a copy of what was sequence sequences[i]: drops, repeats or reorders them.
  void select(std::span<const int64_t> sequences);

  int64_t batch() const { return cache_.batch(); }
  // Tokens of each sequence that the next one sees.
  int64_t length() const { return cache_.length(); }

 private:
  bool has_learned_positions() const { return model_->config().position == models::Position::kLearned; }
  // tokens: (B, T) int32, appended to what the cache holds. Returns the last tokens' hidden states: (B, D).
  Tensor append(const Tensor& tokens);
  // The same, and the logits of what follows: (B, V), fp32.
  Tensor run(const Tensor& tokens);
  void tell_of_length();
  void notify_once(bool& has_been_told, std::string_view message);

  const models::Decoder* model_;
  NoticeCallback on_notice_;
  nn::KvCache cache_;
  std::vector<std::vector<int32_t>> windows_;  // the tokens whose keys the cache holds; kept for learned positions only
  Tensor rope_table_;                          // absent while the model's own is long enough
  bool has_told_of_cropping_ = false;
  bool has_told_of_length_ = false;
};

}  // namespace slm::generate

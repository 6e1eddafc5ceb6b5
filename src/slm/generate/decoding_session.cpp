#include "slm/generate/decoding_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/ops/rope.h"

namespace slm::generate {
namespace {

// Tokens of a prompt that pass the model at once: enough for full speed, and a bound on the memory of long prompts.
constexpr int64_t kTokensAtOnce = 1024;

// Of a window of learned positions that slides.
int64_t tokens_kept(int64_t max_seq_len) { return std::max<int64_t>(1, max_seq_len / 2); }

// The last of T rows of each sequence.   rows: (B, T, D) -> (B, D)
Tensor last_rows(const Tensor& rows) {
  const int64_t batch = rows.shape()[0], length = rows.shape()[1], dim = rows.shape()[2];
  Tensor flat = rows.reshape({batch * length, dim});
  if (length == 1) return flat;
  if (batch == 1) return flat.slice(length - 1, 1);
  Tensor last = Tensor::empty({batch, dim}, rows.dtype(), rows.device());
  for (int64_t b = 0; b < batch; ++b) last.slice(b, 1).copy_from(flat.slice((b + 1) * length - 1, 1));
  return last;
}

}  // namespace

DecodingSession::DecodingSession(const models::Decoder& model, NoticeCallback on_notice)
    : model_(&model), on_notice_(std::move(on_notice)), cache_(1) {}

void DecodingSession::announce(int64_t prompt_length, int64_t num_new_tokens) {
  const int64_t max_seq_len = model_->config().max_seq_len;
  const int64_t length = has_learned_positions() ? std::min(prompt_length, max_seq_len) : prompt_length;
  // Nothing follows the last token, so it is not read.
  if (length > max_seq_len || num_new_tokens - 1 > max_seq_len - length) tell_of_length();
}

Tensor DecodingSession::begin(std::span<const int32_t> prompt, const std::function<bool(int64_t, int64_t)>& go_on) {
  if (prompt.empty()) throw UsageError("[generate] the prompt has no tokens: give it at least one to start from");
  const int64_t max_seq_len = model_->config().max_seq_len;
  if (has_learned_positions() && std::ssize(prompt) > max_seq_len) {
    notify_once(has_told_of_cropping_,
                fmt::format("the prompt has {} tokens and the model's positions end at {}: only the last {} are read",
                            prompt.size(), max_seq_len, max_seq_len));
    prompt = prompt.last(static_cast<size_t>(max_seq_len));
  }
  cache_ = nn::KvCache(1);
  windows_.clear();
  if (has_learned_positions()) windows_.emplace_back(prompt.begin(), prompt.end());
  const auto tokens_at = [&](int64_t first, int64_t count) {
    return Tensor::from<int32_t>(prompt.subspan(static_cast<size_t>(first), static_cast<size_t>(count)), {1, count});
  };
  const int64_t total = std::ssize(prompt);
  int64_t read = 0;
  while (total - read > kTokensAtOnce && (!go_on || go_on(read, total))) {
    append(tokens_at(read, kTokensAtOnce));
    read += kTokensAtOnce;
  }
  return run(tokens_at(read, std::min(kTokensAtOnce, total - read)));
}

Tensor DecodingSession::step(std::span<const int32_t> tokens) {
  assert(std::ssize(tokens) == batch());
  if (!has_learned_positions()) return run(Tensor::from<int32_t>(tokens, {batch(), 1}));
  for (size_t b = 0; b < windows_.size(); ++b) windows_[b].push_back(tokens[b]);
  const int64_t max_seq_len = model_->config().max_seq_len;
  if (cache_.length() < max_seq_len) return run(Tensor::from<int32_t>(tokens, {batch(), 1}));

  tell_of_length();
  const int64_t kept = tokens_kept(max_seq_len);
  std::vector<int32_t> all;
  for (std::vector<int32_t>& window : windows_) {
    window.erase(window.begin(), window.end() - kept);
    all.insert(all.end(), window.begin(), window.end());
  }
  cache_.clear();
  return run(Tensor::from<int32_t>(all, {batch(), kept}));
}

void DecodingSession::select(std::span<const int64_t> sequences) {
  cache_.select(sequences);
  if (!has_learned_positions()) return;
  std::vector<std::vector<int32_t>> selected;
  for (const int64_t sequence : sequences) selected.push_back(windows_[static_cast<size_t>(sequence)]);
  windows_ = std::move(selected);
}

Tensor DecodingSession::append(const Tensor& tokens) {
  const PauseRecording pause;
  const models::DecoderConfig& config = model_->config();
  const int64_t length = cache_.length() + tokens.shape()[1];
  if (!has_learned_positions() && length > config.max_seq_len) {
    tell_of_length();
    if (!rope_table_ || rope_table_.shape()[0] < length) {
      const bool is_fp64 = model_->compute_type() == nn::ComputeType::kFloat64;
      rope_table_ =
          ops::rope_table(2 * length, config.head_dim, config.rope_theta, is_fp64 ? DType::kFloat64 : DType::kFloat32);
    }
  }
  nn::ForwardContext context;
  context.rope_table = rope_table_;
  context.cache = &cache_;
  return last_rows(model_->hidden_states(tokens, context).value());
}

Tensor DecodingSession::run(const Tensor& tokens) {
  const Tensor hidden = append(tokens);
  const PauseRecording pause;
  return model_->logits(Variable(hidden)).to(DType::kFloat32);
}

void DecodingSession::tell_of_length() {
  const int64_t max_seq_len = model_->config().max_seq_len;
  notify_once(has_told_of_length_,
              has_learned_positions()
                  ? fmt::format("past the model's {} positions it sees the last {} to {} tokens of the text only",
                                max_seq_len, tokens_kept(max_seq_len), max_seq_len)
                  : fmt::format("past the {} tokens that the model was trained on the text may be worse", max_seq_len));
}

void DecodingSession::notify_once(bool& has_been_told, std::string_view message) {
  if (!has_been_told && on_notice_) on_notice_(message);
  has_been_told = true;
}

}  // namespace slm::generate

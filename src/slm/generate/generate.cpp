#include "slm/generate/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "slm/core/error.h"
#include "slm/generate/stopping_text.h"
#include "slm/nn/random_streams.h"

namespace slm::generate {
namespace {

constexpr uint32_t kSamplingStream = nn::kFirstFreeStream + 0x10000;  // + index of the sample

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
double rate(int64_t num_tokens, double seconds) {
  return num_tokens > 0 && seconds > 0 ? static_cast<double>(num_tokens) / seconds : 0;
}

void check(const GenerateOptions& options, const text::Tokenizer* tokenizer) {
  validate(options.sampling);
  if (options.max_new_tokens < 0) {
    throw UsageError(fmt::format("max_new_tokens is {}, expected at least 0", options.max_new_tokens));
  }
  if (options.num_samples < 1) {
    throw UsageError(fmt::format("num_samples is {}, expected at least 1", options.num_samples));
  }
  if (tokenizer == nullptr && !options.stop.empty()) {
    throw UsageError("stop strings need text, and the model has no tokenizer: leave them out");
  }
}

// One sample while it grows.
class Continuation {
 public:
  Continuation(int64_t index, const text::Tokenizer* tokenizer, std::span<const int32_t> prompt,
               const GenerateOptions& options, const GenerateCallbacks& callbacks)
      : index_(index),
        prompt_length_(prompt.size()),
        seen_(prompt.begin(), prompt.end()),
        options_(options),
        callbacks_(callbacks),
        text_(tokenizer, options.stop) {}

  // Chooses the next token; changes the logits.
  void extend(std::span<float> logits) {
    const RandomStream random{.seed = options_.seed, .stream = kSamplingStream + static_cast<uint32_t>(index_)};
    const int32_t token = choose_token(logits, seen_, options_.sampling, random, num_tokens());
    if (std::find(options_.eos_ids.begin(), options_.eos_ids.end(), token) != options_.eos_ids.end()) {
      finish(FinishReason::kEos);
      return;
    }
    seen_.push_back(token);
    tell(text_.push(token));
    if (text_.has_stopped()) {
      finish(FinishReason::kStop);
    } else if (static_cast<int64_t>(num_tokens()) == options_.max_new_tokens) {
      finish(FinishReason::kLength);
    }
  }

  void finish(FinishReason reason) {
    if (!text_.has_stopped()) tell(text_.finish());
    is_finished_ = true;
    finish_reason_ = text_.has_stopped() ? FinishReason::kStop : reason;
  }

  bool is_finished() const { return is_finished_; }
  int32_t last_token() const { return seen_.back(); }

  Sample sample() const {
    const auto first = seen_.begin() + static_cast<std::ptrdiff_t>(prompt_length_);
    const int64_t count = text_.has_stopped() ? text_.num_tokens() : static_cast<int64_t>(num_tokens());
    return {.text = text_.text(), .ids = {first, first + count}, .finish_reason = finish_reason_};
  }

 private:
  size_t num_tokens() const { return seen_.size() - prompt_length_; }
  void tell(const std::string& text) const {
    if (!text.empty() && callbacks_.on_text) callbacks_.on_text(index_, text);
  }

  int64_t index_;
  size_t prompt_length_;
  std::vector<int32_t> seen_;  // the prompt and what was generated
  const GenerateOptions& options_;
  const GenerateCallbacks& callbacks_;
  StoppingText text_;
  bool is_finished_ = false;
  FinishReason finish_reason_ = FinishReason::kLength;
};

}  // namespace

std::string_view name(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
      return "stop";
    case FinishReason::kEos:
      return "eos";
    default:
      return "length";
  }
}

std::vector<int32_t> end_of_text_ids(const text::Tokenizer* tokenizer) {
  if (tokenizer == nullptr) return {};
  const std::optional<int32_t> id = tokenizer->special_tokens().end_of_text();
  return id ? std::vector<int32_t>{*id} : std::vector<int32_t>();
}

Generation generate(const models::Decoder& model, const text::Tokenizer* tokenizer, std::span<const int32_t> prompt,
                    const GenerateOptions& options, const GenerateCallbacks& callbacks) {
  check(options, tokenizer);
  Generation generation;
  DecodingSession session(model, callbacks.on_notice);
  session.announce(std::ssize(prompt), options.max_new_tokens);
  const auto prefill_start = Clock::now();
  bool is_stopped = false;
  const Tensor prompt_logits = session.begin(prompt, [&](int64_t read, int64_t total) {
    if (callbacks.on_prompt_progress) callbacks.on_prompt_progress(read, total);
    is_stopped = callbacks.should_stop && callbacks.should_stop();
    return !is_stopped;
  });
  generation.prefill_tokens_per_s = rate(session.length(), seconds_since(prefill_start));
  if (callbacks.on_prompt_progress) callbacks.on_prompt_progress(session.length(), session.length());

  std::vector<Continuation> all;
  all.reserve(static_cast<size_t>(options.num_samples));
  for (int64_t i = 0; i < options.num_samples; ++i) all.emplace_back(i, tokenizer, prompt, options, callbacks);
  std::vector<size_t> growing;  // the samples that the session's sequences belong to
  for (Continuation& sample : all) {
    if (options.max_new_tokens == 0 || is_stopped) {
      sample.finish(FinishReason::kLength);
      continue;
    }
    const Tensor logits = prompt_logits.clone();
    sample.extend(logits.span<float>());
    if (!sample.is_finished()) growing.push_back(static_cast<size_t>(&sample - all.data()));
  }
  if (!growing.empty()) session.select(std::vector<int64_t>(growing.size(), 0));

  const auto decode_start = Clock::now();
  int64_t num_decoded = 0;
  while (!growing.empty()) {
    if (callbacks.should_stop && callbacks.should_stop()) {
      for (const size_t i : growing) all[i].finish(FinishReason::kLength);
      break;
    }
    std::vector<int32_t> tokens;
    for (const size_t i : growing) tokens.push_back(all[i].last_token());
    const Tensor logits = session.step(tokens);
    num_decoded += std::ssize(tokens);
    std::vector<size_t> still_growing;
    std::vector<int64_t> sequences;
    for (size_t b = 0; b < growing.size(); ++b) {
      Continuation& sample = all[growing[b]];
      sample.extend(logits.slice(static_cast<int64_t>(b), 1).span<float>());
      if (sample.is_finished()) continue;
      still_growing.push_back(growing[b]);
      sequences.push_back(static_cast<int64_t>(b));
    }
    if (still_growing.size() < growing.size() && !still_growing.empty()) session.select(sequences);
    growing = std::move(still_growing);
  }
  generation.decode_tokens_per_s = rate(num_decoded, seconds_since(decode_start));
  for (const Continuation& sample : all) generation.samples.push_back(sample.sample());
  return generation;
}

}  // namespace slm::generate

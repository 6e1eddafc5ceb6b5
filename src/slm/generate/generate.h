#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/generate/decoding_session.h"
#include "slm/generate/sampling.h"
#include "slm/models/decoder.h"
#include "slm/text/tokenizer.h"

namespace slm::generate {

struct GenerateOptions {
  int64_t max_new_tokens = 200;
  int64_t num_samples = 1;  // continuations of the one prompt, computed together
  SamplingOptions sampling{};
  uint64_t seed = 42;               // sample i is the same for any num_samples
  std::vector<std::string> stop{};  // the text ends before the first of these
  std::vector<int32_t> eos_ids{};   // a sample ends when one of these is drawn
};

enum class FinishReason { kLength, kStop, kEos };
std::string_view name(FinishReason reason);  // "length", "stop", "eos"

struct Sample {
  std::string text;          // what follows the prompt, without the stop string; empty without a tokenizer
  std::vector<int32_t> ids;  // its tokens, without those of a stop string and without the end-of-text token
  FinishReason finish_reason = FinishReason::kLength;
};

struct Generation {
  std::vector<Sample> samples;
  double prefill_tokens_per_s = 0;  // of the prompt
  double decode_tokens_per_s = 0;   // of all samples together, after their first tokens; 0 where there were no more
};

// All optional. Called from the thread that called generate().
struct GenerateCallbacks {
  // Text of a sample that is certain to be part of it: whole characters; joined, it is the sample's text.
  std::function<void(int64_t sample, std::string_view text)> on_text{};
  NoticeCallback on_notice{};  // before the first text
  // Told while a long prompt is read, and at its end, when `read` is `all`.
  std::function<void(int64_t read, int64_t all)> on_prompt_progress{};
  // Asked before every step and every piece of a long prompt; true ends all samples as if max_new_tokens had been
  // reached.
  std::function<bool()> should_stop{};
};

// What GenerateOptions::eos_ids are where a text is to end as those that the model was trained on; none without a
// tokenizer.
std::vector<int32_t> end_of_text_ids(const text::Tokenizer* tokenizer);

// Continues `prompt`, which has at least one token (see encode_prompt). Without a tokenizer (nullptr) the samples have
// ids but no text, and stop strings are refused. Throws UsageError for options that cannot be.
Generation generate(const models::Decoder& model, const text::Tokenizer* tokenizer, std::span<const int32_t> prompt,
                    const GenerateOptions& options, const GenerateCallbacks& callbacks = {});

}  // namespace slm::generate

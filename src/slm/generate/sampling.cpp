#include "slm/generate/sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "slm/core/error.h"

namespace slm::generate {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();
// Below this temperature a logit's quotient may not fit a float, and any gap between two logits decides anyway.
constexpr double kSmallestTemperature = 1e-30;

void require(bool holds, const char* option, double got, const char* expected) {
  if (!holds) throw UsageError(fmt::format("{} is {}, expected {}", option, got, expected));
}

// exp(logit - max): each token's probability times one factor.
double weight(float logit, float max) { return std::exp(static_cast<double>(logit) - static_cast<double>(max)); }

double total_weight(std::span<const float> logits, float max) {
  double total = 0;
  for (const float logit : logits) total += weight(logit, max);
  return total;
}

float largest(std::span<const float> logits) { return logits[static_cast<size_t>(most_likely(logits))]; }

}  // namespace

void validate(const SamplingOptions& options) {
  const double top_k = static_cast<double>(options.top_k);
  require(options.repetition_penalty >= 1e-6 && options.repetition_penalty <= 1e6, "repetition_penalty",
          options.repetition_penalty, "from 1e-06 to 1e+06 (1 turns it off)");
  require(options.temperature >= 0 && std::isfinite(options.temperature), "temperature", options.temperature,
          "at least 0 (0 always takes the most likely token)");
  require(options.top_k >= 0, "top_k", top_k, "at least 0 (0 turns it off)");
  require(options.top_p > 0 && options.top_p <= 1, "top_p", options.top_p,
          "more than 0 and at most 1 (1 turns it off)");
  require(options.min_p >= 0 && options.min_p <= 1, "min_p", options.min_p, "from 0 to 1 (0 turns it off)");
}

void penalize_repetition(std::span<float> logits, std::span<const int32_t> seen, double penalty) {
  if (penalty == 1) return;
  std::vector<int32_t> tokens(seen.begin(), seen.end());
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  const auto factor = static_cast<float>(penalty);
  for (const int32_t token : tokens) {
    float& logit = logits[static_cast<size_t>(token)];
    logit = logit < 0 ? logit * factor : logit / factor;
  }
}

void divide_by_temperature(std::span<float> logits, double temperature) {
  if (temperature == 1) return;
  for (float& logit : logits) logit /= static_cast<float>(temperature);
}

void keep_top_k(std::span<float> logits, int64_t k) {
  if (k <= 0 || k >= std::ssize(logits)) return;
  std::vector<float> sorted(logits.begin(), logits.end());
  std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<>());
  const float last_kept = sorted[static_cast<size_t>(k - 1)];
  for (float& logit : logits) {
    if (logit < last_kept) logit = kNever;
  }
}

void keep_top_p(std::span<float> logits, double p) {
  if (p >= 1) return;
  // A heap, because few tokens are taken from it as a rule: sorting a whole vocabulary takes ten times as long.
  const auto is_less_likely = [logits](int32_t a, int32_t b) {
    const float x = logits[static_cast<size_t>(a)], y = logits[static_cast<size_t>(b)];
    return x != y ? x < y : a > b;
  };
  std::vector<int32_t> heap;
  for (int32_t token = 0; token < std::ssize(logits); ++token) {
    if (logits[static_cast<size_t>(token)] != kNever) heap.push_back(token);
  }
  const float max = largest(logits);
  const double enough = p * total_weight(logits, max);
  std::make_heap(heap.begin(), heap.end(), is_less_likely);
  double kept = 0;
  while (!heap.empty() && (kept == 0 || kept < enough)) {
    std::pop_heap(heap.begin(), heap.end(), is_less_likely);
    kept += weight(logits[static_cast<size_t>(heap.back())], max);
    heap.pop_back();
  }
  for (const int32_t token : heap) logits[static_cast<size_t>(token)] = kNever;
}

void keep_min_p(std::span<float> logits, double p) {
  if (p <= 0) return;
  const float max = largest(logits);
  for (float& logit : logits) {
    if (weight(logit, max) < p) logit = kNever;
  }
}

int32_t most_likely(std::span<const float> logits) {
  size_t best = 0;
  bool has_nan = logits.empty();
  for (size_t i = 0; i < logits.size(); ++i) {
    has_nan = has_nan || std::isnan(logits[i]);
    if (logits[i] > logits[best]) best = i;
  }
  if (has_nan || !std::isfinite(logits[best])) {
    throw NumericError("generate", "", 0, "the model's logits are not finite: is it a run that went wrong?");
  }
  return static_cast<int32_t>(best);
}

int32_t draw(std::span<const float> logits, double uniform) {
  const float max = largest(logits);
  const double target = uniform * total_weight(logits, max);
  double cumulative = 0;
  size_t last_possible = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const double w = weight(logits[i], max);
    if (w == 0) continue;
    cumulative += w;
    last_possible = i;
    if (cumulative > target) break;
  }
  return static_cast<int32_t>(last_possible);
}

int32_t choose_token(std::span<float> logits, std::span<const int32_t> seen, const SamplingOptions& options,
                     const RandomStream& random, uint64_t index) {
  penalize_repetition(logits, seen, options.repetition_penalty);
  if (options.temperature < kSmallestTemperature) return most_likely(logits);
  divide_by_temperature(logits, options.temperature);
  keep_top_k(logits, options.top_k);
  keep_top_p(logits, options.top_p);
  keep_min_p(logits, options.min_p);
  const PhiloxBlock bits = random.block(index);
  const double uniform = (static_cast<double>(bits[0] >> 5) * 67108864.0 + static_cast<double>(bits[1] >> 6)) * 0x1p-53;
  return draw(logits, uniform);
}

}  // namespace slm::generate

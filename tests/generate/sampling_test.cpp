#include "slm/generate/sampling.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "slm/core/error.h"

namespace slm::generate {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

// What choose_token() draws from.
std::vector<float> processed(std::vector<float> logits, const std::vector<int32_t>& seen, const SamplingOptions& o) {
  penalize_repetition(logits, seen, o.repetition_penalty);
  divide_by_temperature(logits, o.temperature);
  keep_top_k(logits, o.top_k);
  keep_top_p(logits, o.top_p);
  keep_min_p(logits, o.min_p);
  return logits;
}

TEST(Sampling, LeavesTheLogitsThatHuggingFaceLeaves) {
  const auto fixtures = nlohmann::json::parse(std::ifstream(SLM_SOURCE_DIR "/tests/generate/sampling_fixtures.json"));
  ASSERT_GE(fixtures.size(), 16U);
  for (const auto& fixture : fixtures) {
    const auto& o = fixture["options"];
    SCOPED_TRACE(o.dump());
    const SamplingOptions options{.repetition_penalty = o["repetition_penalty"],
                                  .temperature = o["temperature"],
                                  .top_k = o["top_k"],
                                  .top_p = o["top_p"],
                                  .min_p = o["min_p"]};
    const std::vector<float> got = processed(fixture["logits"], fixture["seen"], options);
    const auto& want = fixture["left"];
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) {
      if (want[i].is_null()) {
        EXPECT_EQ(got[i], kNever) << "token " << i;
      } else {
        EXPECT_NEAR(got[i], want[i].get<float>(), 2e-6) << "token " << i;  // the fixture has 6 decimals
      }
    }
  }
}

// The value that a chi-square variable exceeds with probability 1e-6 (Wilson and Hilferty's approximation).
double chi_square_limit(int degrees) {
  const double k = degrees, z = 4.753;
  return k * std::pow(1 - 2 / (9 * k) + z * std::sqrt(2 / (9 * k)), 3);
}

TEST(Sampling, FrequenciesFollowTheSoftmaxOfWhatIsLeft) {
  const std::vector<float> logits = {1.0f, -0.5f, 2.0f, 0.3f, -3.0f, 0.0f, 1.7f, 0.9f};
  const std::vector<int32_t> seen = {2, 2, 4};
  const std::vector<SamplingOptions> settings = {
      {},
      {.temperature = 0.5},
      {.temperature = 3},
      {.top_k = 3},
      {.top_p = 0.7},
      {.min_p = 0.3},
      {.repetition_penalty = 2},
      {.repetition_penalty = 1.3, .temperature = 1.4, .top_k = 6, .top_p = 0.9, .min_p = 0.1}};
  constexpr int kDraws = 40000;
  for (size_t s = 0; s < settings.size(); ++s) {
    SCOPED_TRACE(fmt::format("setting {}", s));
    const std::vector<float> left = processed(logits, seen, settings[s]);
    std::vector<int> counts(logits.size(), 0);
    for (int i = 0; i < kDraws; ++i) {
      std::vector<float> copy = logits;
      const RandomStream random{.seed = 5, .stream = static_cast<uint32_t>(s)};
      ++counts[static_cast<size_t>(choose_token(copy, seen, settings[s], random, static_cast<uint64_t>(i)))];
    }
    double total = 0, chi_square = 0;
    for (const float logit : left) total += std::exp(static_cast<double>(logit));
    int num_possible = 0;
    for (size_t i = 0; i < left.size(); ++i) {
      const double expected = kDraws * std::exp(static_cast<double>(left[i])) / total;
      if (expected == 0) {
        EXPECT_EQ(counts[i], 0) << "token " << i;
        continue;
      }
      ++num_possible;
      chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    ASSERT_GE(num_possible, 2);
    EXPECT_LT(chi_square, chi_square_limit(num_possible - 1));
  }
}

TEST(Sampling, TemperatureZeroTakesTheMostLikelyAfterThePenalty) {
  const std::vector<float> logits = {1, 3, 2.9f, 3};
  const auto chosen = [&](std::vector<int32_t> seen, double penalty) {
    std::vector<float> copy = logits;
    return choose_token(copy, seen, {.repetition_penalty = penalty, .temperature = 0}, {}, 0);
  };
  EXPECT_EQ(chosen({}, 1), 1);  // the smaller id of two equals
  EXPECT_EQ(chosen({1, 3, 3}, 1.1), 2);
  EXPECT_EQ(chosen({1, 3, 3}, 1.02), 1);  // a token that occurs twice is penalized once
}

TEST(Sampling, ATemperatureTooSmallToDivideByIsZero) {
  for (const double temperature : {1e-320, 1e-50, 1e-31}) {
    std::vector<float> logits = {0, 2, 2.5f, -1};
    EXPECT_EQ(choose_token(logits, {}, {.temperature = temperature}, {.seed = 3}, 0), 2) << temperature;
  }
  std::vector<float> logits = {0, 2, 2.5f, -1};
  EXPECT_EQ(choose_token(logits, {}, {.temperature = 1e-29}, {.seed = 3}, 0), 2);
}

TEST(Sampling, TopPAlwaysKeepsOneTokenAndPrefersSmallIdsAmongEquals) {
  std::vector<float> logits = {0, 0, 0, 0};
  keep_top_p(logits, 1e-9);
  EXPECT_EQ(logits, (std::vector<float>{0, kNever, kNever, kNever}));
  logits = {0, 0, 0, 0};
  keep_top_p(logits, 0.5);
  EXPECT_EQ(logits, (std::vector<float>{0, 0, kNever, kNever}));
}

TEST(Sampling, DrawsOnlyWhatIsPossible) {
  const std::vector<float> logits = {kNever, 0, kNever, 0, kNever};
  EXPECT_EQ(draw(logits, 0), 1);
  EXPECT_EQ(draw(logits, 0.499), 1);
  EXPECT_EQ(draw(logits, 0.501), 3);
  EXPECT_EQ(draw(logits, std::nextafter(1.0, 0.0)), 3);
}

TEST(Sampling, RefusesLogitsThatAreNotNumbers) {
  const float nan = std::nanf("");
  EXPECT_THROW(most_likely(std::vector<float>{0, nan, 1}), NumericError);
  EXPECT_THROW(draw(std::vector<float>{nan, 1}, 0.5), NumericError);
  EXPECT_THROW(draw(std::vector<float>{kNever, kNever}, 0.5), NumericError);
}

TEST(Sampling, NamesOptionsThatCannotBe) {
  const auto message = [](const SamplingOptions& options) -> std::string {
    try {
      validate(options);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "valid";
  };
  EXPECT_EQ(message({}), "valid");
  EXPECT_EQ(message({.temperature = -1}),
            "temperature is -1, expected at least 0 (0 always takes the most likely token)");
  EXPECT_EQ(message({.top_p = 1.5}), "top_p is 1.5, expected more than 0 and at most 1 (1 turns it off)");
  EXPECT_EQ(message({.min_p = std::nan("")}), "min_p is nan, expected from 0 to 1 (0 turns it off)");
  EXPECT_EQ(message({.top_k = -3}), "top_k is -3, expected at least 0 (0 turns it off)");
  EXPECT_EQ(message({.repetition_penalty = 0}),
            "repetition_penalty is 0, expected from 1e-06 to 1e+06 (1 turns it off)");
}

}  // namespace
}  // namespace slm::generate

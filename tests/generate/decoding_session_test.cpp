#include "slm/generate/decoding_session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "generate/tiny_models.h"
#include "slm/core/error.h"
#include "slm/ops/rope.h"
#include "support/close.h"
#include "support/inputs.h"

namespace slm::generate {
namespace {

using test::tiny_model;

// The logits after each token of one sequence, by a forward pass without a cache. (T, V), fp32
Tensor all_logits(const models::Decoder& model, std::span<const int32_t> tokens) {
  nn::ForwardContext context;
  const models::DecoderConfig& config = model.config();
  const bool is_fp64 = model.compute_type() == nn::ComputeType::kFloat64;
  if (config.position == models::Position::kRope) {
    context.rope_table =
        ops::rope_table(200, config.head_dim, config.rope_theta, is_fp64 ? DType::kFloat64 : DType::kFloat32);
  }
  const Tensor ids = Tensor::from<int32_t>(tokens, {1, std::ssize(tokens)});
  const Tensor logits = model.logits(model.hidden_states(ids, context)).to(DType::kFloat32);
  return logits.reshape({std::ssize(tokens), config.vocab_size});
}

std::vector<int32_t> random_tokens(int64_t count, uint64_t seed) {
  const Tensor ids = test::random_ids({count}, test::kTinyVocab, seed);
  return {ids.data<int32_t>(), ids.data<int32_t>() + count};
}

// fp32: two layers of products over at most 64 elements, added up in another order; bf16: each of about ten roundings
// on the way may fall to the other side.
double limit(nn::ComputeType type) {
  return type == nn::ComputeType::kBFloat16 ? 10 * epsilon(DType::kBFloat16) : 40 * epsilon(DType::kFloat32);
}

TEST(DecodingSession, LogitsEqualThoseOfTheFullForwardPass) {
  for (const models::Family family : test::kFamilies) {
    for (const auto type : {nn::ComputeType::kFloat32, nn::ComputeType::kFloat64, nn::ComputeType::kBFloat16}) {
      SCOPED_TRACE(fmt::format("{} {}", name(family), static_cast<int>(type)));
      const auto model = tiny_model(family, type);
      const std::vector<int32_t> tokens = random_tokens(test::kTinyLength, 1);
      const Tensor want = all_logits(*model, tokens);
      DecodingSession session(*model);
      constexpr int64_t kPrompt = 7;
      EXPECT_TRUE(
          test::close(session.begin(std::span(tokens).first(kPrompt)), want.slice(kPrompt - 1, 1), limit(type)));
      for (int64_t i = kPrompt; i < test::kTinyLength; ++i) {
        const Tensor got = session.step(std::span(tokens).subspan(static_cast<size_t>(i), 1));
        EXPECT_TRUE(test::close(got, want.slice(i, 1), limit(type))) << "token " << i;
      }
    }
  }
}

TEST(DecodingSession, ALongPromptIsReadInPiecesAndMayBeLeft) {
  const auto model = tiny_model(models::Family::kLlama, nn::ComputeType::kFloat32);
  const std::vector<int32_t> prompt = random_tokens(2500, 3);
  DecodingSession by_token(*model);
  Tensor want = by_token.begin(std::span(prompt).first(1));
  Tensor want_after_2048;
  for (size_t i = 1; i < prompt.size(); ++i) {
    want = by_token.step(std::span(prompt).subspan(i, 1));
    if (i + 1 == 2048) want_after_2048 = want.clone();
  }
  std::vector<int64_t> read;
  DecodingSession session(*model);
  const Tensor got = session.begin(prompt, [&](int64_t done, int64_t all) {
    EXPECT_EQ(all, 2500);
    read.push_back(done);
    return true;
  });
  EXPECT_EQ(read, (std::vector<int64_t>{0, 1024}));
  EXPECT_EQ(session.length(), 2500);
  EXPECT_TRUE(test::close(got, want, limit(nn::ComputeType::kFloat32)));
  const Tensor left = session.begin(prompt, [](int64_t done, int64_t) { return done == 0; });
  EXPECT_EQ(session.length(), 2048);
  EXPECT_TRUE(test::close(left, want_after_2048, limit(nn::ComputeType::kFloat32)));
}

TEST(DecodingSession, SequencesOfABatchEqualEachAlone) {
  for (const models::Family family : test::kFamilies) {
    SCOPED_TRACE(name(family));
    const auto model = tiny_model(family, nn::ComputeType::kFloat32);
    const std::vector<int32_t> prompt = random_tokens(5, 2);
    DecodingSession together(*model);
    together.begin(prompt);
    together.select(std::vector<int64_t>{0, 0, 0});
    std::vector<DecodingSession> alone(3, DecodingSession(*model));
    for (DecodingSession& session : alone) session.begin(prompt);
    std::vector<int64_t> left = {0, 1, 2};        // which of `alone` each sequence is
    for (uint64_t step = 0; step < 40; ++step) {  // past the models' length
      if (step == 20) {
        together.select(std::vector<int64_t>{2, 0});
        left = {2, 0};
      }
      const std::vector<int32_t> tokens = random_tokens(std::ssize(left), 10 + step);
      const Tensor got = together.step(tokens);
      for (size_t b = 0; b < left.size(); ++b) {
        const Tensor want = alone[static_cast<size_t>(left[b])].step(std::span(tokens).subspan(b, 1));
        EXPECT_TRUE(test::close(got.slice(static_cast<int64_t>(b), 1), want, limit(nn::ComputeType::kFloat32)))
            << "step " << step;
      }
    }
  }
}

TEST(DecodingSession, LearnedPositionsSlideToTheLatterHalf) {
  const auto model = tiny_model(models::Family::kGpt2, nn::ComputeType::kFloat32);
  const std::vector<int32_t> tokens = random_tokens(3 * test::kTinyLength, 3);
  std::vector<std::string> notices;
  DecodingSession session(*model, [&](std::string_view notice) { notices.emplace_back(notice); });
  session.begin(std::span(tokens).first(1));
  int64_t window_begin = 0;
  for (int64_t i = 1; i < std::ssize(tokens); ++i) {
    if (i - window_begin == test::kTinyLength) window_begin = i + 1 - test::kTinyLength / 2;
    const auto window =
        std::span(tokens).subspan(static_cast<size_t>(window_begin), static_cast<size_t>(i + 1 - window_begin));
    const Tensor got = session.step(std::span(tokens).subspan(static_cast<size_t>(i), 1));
    const Tensor want = all_logits(*model, window).slice(std::ssize(window) - 1, 1);
    EXPECT_TRUE(test::close(got, want, limit(nn::ComputeType::kFloat32))) << "token " << i;
  }
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0], "past the model's 24 positions it sees the last 12 to 24 tokens of the text only");
}

TEST(DecodingSession, RotaryPositionsGoOn) {
  const auto model = tiny_model(models::Family::kLlama, nn::ComputeType::kFloat32);
  const std::vector<int32_t> tokens = random_tokens(5 * test::kTinyLength, 4);
  const Tensor want = all_logits(*model, tokens);
  std::vector<std::string> notices;
  DecodingSession session(*model, [&](std::string_view notice) { notices.emplace_back(notice); });
  session.begin(std::span(tokens).first(2));
  for (int64_t i = 2; i < std::ssize(tokens); ++i) {
    const Tensor got = session.step(std::span(tokens).subspan(static_cast<size_t>(i), 1));
    EXPECT_TRUE(test::close(got, want.slice(i, 1), limit(nn::ComputeType::kFloat32))) << "token " << i;
  }
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0], "past the 24 tokens that the model was trained on the text may be worse");
}

TEST(DecodingSession, ReadsTheEndOfAPromptThatIsTooLongForLearnedPositions) {
  const std::vector<int32_t> tokens = random_tokens(test::kTinyLength + 9, 5);
  const auto gpt2 = tiny_model(models::Family::kGpt2, nn::ComputeType::kFloat32);
  std::vector<std::string> notices;
  DecodingSession session(*gpt2, [&](std::string_view notice) { notices.emplace_back(notice); });
  const auto end = std::span(tokens).last(test::kTinyLength);
  EXPECT_TRUE(test::close(session.begin(tokens), all_logits(*gpt2, end).slice(test::kTinyLength - 1, 1),
                          limit(nn::ComputeType::kFloat32)));
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0], "the prompt has 33 tokens and the model's positions end at 24: only the last 24 are read");

  const auto llama = tiny_model(models::Family::kLlama, nn::ComputeType::kFloat32);
  EXPECT_TRUE(test::close(DecodingSession(*llama).begin(tokens),
                          all_logits(*llama, tokens).slice(std::ssize(tokens) - 1, 1),
                          limit(nn::ComputeType::kFloat32)));
}

TEST(DecodingSession, RefusesAnEmptyPrompt) {
  const auto model = tiny_model(models::Family::kGpt2, nn::ComputeType::kFloat32);
  EXPECT_THROW(DecodingSession(*model).begin({}), UsageError);
}

}  // namespace
}  // namespace slm::generate

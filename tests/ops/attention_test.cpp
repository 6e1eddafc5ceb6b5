#include "slm/ops/attention.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "support/close.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

struct Heads {
  int64_t num_heads;
  int64_t num_kv_heads;
};
constexpr Heads kHeads[] = {{1, 1}, {2, 2}, {4, 2}, {3, 1}};

TEST(Attention, GradientsMatchCentralDifferences) {
  for (const auto [num_heads, num_kv_heads] : kHeads) {
    for (const int64_t length : {1, 2, 5}) {
      for (const int64_t head_dim : {1, 3, 4}) {
        SCOPED_TRACE(fmt::format("H {} G {} T {} E {}", num_heads, num_kv_heads, length, head_dim));
        const AttentionOptions options{.num_heads = num_heads, .num_kv_heads = num_kv_heads};
        EXPECT_TRUE(test::gradients_match(
            [&](std::span<const Variable> in) { return std::vector<Variable>{attention(in[0], options)}; },
            {normal_inputs({2, length, (num_heads + 2 * num_kv_heads) * head_dim}, DType::kFloat64, 1)}));
      }
    }
  }
}

TEST(Attention, GradientsMatchCentralDifferencesUnderAFixedDropoutMaskAndFirstKeys) {
  const std::vector<int32_t> first_keys = {0, 0, 2, 2, 2, 0, 1, 1, 1, 4};
  for (const double dropout : {0.0, 0.4}) {
    const AttentionOptions options{.num_heads = 4,
                                   .num_kv_heads = 2,
                                   .scale = 0.7,
                                   .dropout = dropout,
                                   .random = {.seed = 3, .stream = 1, .step = 2},
                                   .batch_offset = 5,
                                   .first_key = Tensor::from<int32_t>(first_keys, {2, 5})};
    EXPECT_TRUE(test::gradients_match(
        [&](std::span<const Variable> in) { return std::vector<Variable>{attention(in[0], options)}; },
        {normal_inputs({2, 5, 8 * 3}, DType::kFloat64, 1)}));
  }
}

// Forward's result and the gradient of qkv for a fixed gradient of the result.
struct Results {
  Tensor y;
  Tensor dqkv;
};

Results run(const Tensor& qkv, const AttentionOptions& options, const Tensor& dy) {
  Tape tape;
  const Variable in = Variable::parameter(qkv, "qkv", qkv.dtype());
  const Variable y = attention(in, options);
  tape.backward(y, dy);
  return {y.value(), in.grad()};
}

Results run(const Tensor& qkv, const AttentionOptions& options) {
  const int64_t parts = options.num_heads + 2 * options.num_kv_heads;
  const Shape y = {qkv.shape()[0], qkv.shape()[1], qkv.shape()[2] / parts * options.num_heads};
  return run(qkv, options, normal_inputs(y, qkv.dtype(), 99));
}

// The first key of each query where every sequence holds documents of `document` tokens.
Tensor documents_of(int32_t document, int64_t batch, int64_t length) {
  std::vector<int32_t> first_keys;
  for (int64_t row = 0; row < batch * length; ++row) {
    first_keys.push_back(static_cast<int32_t>(row % length) / document * document);
  }
  return Tensor::from<int32_t>(first_keys, {batch, length});
}

// Results and gradients are sums that cancel in part (the rows of dS add up to 0): errors are measured against the
// rms of its whole sequence.
testing::AssertionResult close_by_sequence(const Tensor& got, const Tensor& want, double limit) {
  const Shape by_sequence = {got.shape()[0], got.shape()[1] * got.shape()[2]};
  return test::close(got.reshape(by_sequence), want.reshape(by_sequence), limit);
}

class AgainstTheReference : public testing::TestWithParam<DType> {};

TEST_P(AgainstTheReference, ForwardAndBackwardAgree) {
  // y: a score sums up to 128 products and lies within about 5. dS is a difference of two such sums, of size sqrt(E),
  // that may cancel wholly; in bf16 one of them comes from the rounded y.
  const double epsilon_of = epsilon(GetParam());
  const bool is_fp32 = GetParam() == DType::kFloat32;
  const double y_limit = (is_fp32 ? 20 : 2) * epsilon_of, gradient_limit = (is_fp32 ? 100 : 8) * epsilon_of;
  for (const int64_t head_dim : {1, 3, 8, 16, 32, 64, 65, 128}) {
    for (const int64_t length : {1, 2, 7, 47, 48, 49, 95, 97, 200}) {
      const auto [num_heads, num_kv_heads] = kHeads[static_cast<size_t>(length + head_dim) % 4];
      SCOPED_TRACE(fmt::format("H {} G {} T {} E {}", num_heads, num_kv_heads, length, head_dim));
      const Tensor qkv = normal_inputs({2, length, (num_heads + 2 * num_kv_heads) * head_dim}, GetParam(), 7);
      const AttentionOptions options{.num_heads = num_heads, .num_kv_heads = num_kv_heads};
      const Results got = run(qkv, options);
      const Results want = run(qkv.to(DType::kFloat64), options);
      EXPECT_TRUE(close_by_sequence(got.y, want.y, y_limit));
      EXPECT_TRUE(close_by_sequence(got.dqkv, want.dqkv, gradient_limit));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Attention, AgainstTheReference, testing::Values(DType::kFloat32, DType::kBFloat16),
                         [](const auto& test) { return std::string(name(test.param)); });

std::vector<double> numbers(const nlohmann::json& from) { return from.get<std::vector<double>>(); }

TEST(Attention, AgreesWithPyTorch) {
  const auto fixtures = nlohmann::json::parse(std::ifstream(SLM_SOURCE_DIR "/tests/ops/attention_fixtures.json"));
  for (const auto& fixture : fixtures) {
    const int64_t b = fixture["B"], h = fixture["H"], g = fixture["G"], t = fixture["T"], e = fixture["E"];
    const int32_t document = fixture["document"];
    SCOPED_TRACE(fmt::format("H {} G {} T {} E {} document {}", h, g, t, e, document));
    AttentionOptions options{.num_heads = h, .num_kv_heads = g};
    if (document > 0) options.first_key = documents_of(document, b, t);
    const Tensor dy = Tensor::from<double>(numbers(fixture["dy"]), {b, t, h * e});
    const Tensor qkv = Tensor::from<double>(numbers(fixture["qkv"]), {b, t, (h + 2 * g) * e});
    const Tensor want_y = Tensor::from<double>(numbers(fixture["y"]), dy.shape());
    const Tensor want_dqkv = Tensor::from<double>(numbers(fixture["dqkv"]), qkv.shape());
    for (const DType dtype : {DType::kFloat64, DType::kFloat32}) {
      // The fixtures have 12 decimals. fp32: dS cancels, see above.
      const double limit = dtype == DType::kFloat64 ? 1e-10 : 100 * epsilon(dtype);
      const Results got = run(qkv.to(dtype), options, dy.to(dtype));
      EXPECT_TRUE(close_by_sequence(got.y, want_y, limit));
      EXPECT_TRUE(close_by_sequence(got.dqkv, want_dqkv, limit));
    }
  }
}

TEST(Attention, AgreesWithTheReferenceUnderDropoutAndFirstKeys) {
  for (const int64_t length : {5, 50, 200}) {
    const AttentionOptions options{.num_heads = 2,
                                   .num_kv_heads = 1,
                                   .dropout = 0.3,
                                   .random = {.seed = 11, .stream = 4, .step = 9},
                                   .batch_offset = 3,
                                   .first_key = documents_of(23, 2, length)};
    const Tensor qkv = normal_inputs({2, length, 4 * 16}, DType::kFloat32, 5);
    const Results got = run(qkv, options), want = run(qkv.to(DType::kFloat64), options);
    EXPECT_TRUE(close_by_sequence(got.y, want.y, 40 * epsilon(DType::kFloat32)));
    EXPECT_TRUE(close_by_sequence(got.dqkv, want.dqkv, 100 * epsilon(DType::kFloat32)));
  }
}

TEST(Attention, PackedDocumentsEqualSeparateOnes) {
  constexpr int64_t kDocument = 60, kWidth = 4 * 8;
  const Tensor packed = normal_inputs({1, 3 * kDocument, kWidth}, DType::kFloat32, 3);
  const AttentionOptions alone{.num_heads = 2, .num_kv_heads = 1};
  AttentionOptions together = alone;
  together.first_key = documents_of(kDocument, 1, 3 * kDocument);
  const Tensor dy = normal_inputs({1, 3 * kDocument, 16}, DType::kFloat32, 4);
  const Results got = run(packed, together, dy);
  const Results want = run(packed.reshape({3, kDocument, kWidth}), alone, dy.reshape({3, kDocument, 16}));
  // The same products, added up over other blocks of keys.
  EXPECT_TRUE(test::close(got.y.reshape(want.y.shape()), want.y, 20 * epsilon(DType::kFloat32)));
  EXPECT_TRUE(close_by_sequence(got.dqkv.reshape(want.dqkv.shape()), want.dqkv, 20 * epsilon(DType::kFloat32)));
}

TEST(Attention, LaterTokensChangeNothing) {
  constexpr int64_t kLength = 150, kWidth = 6 * 16;
  const AttentionOptions options{.num_heads = 2, .num_kv_heads = 2};
  const Tensor qkv = normal_inputs({1, kLength, kWidth}, DType::kFloat32, 1);
  const Tensor y = attention(Variable(qkv), options).value().reshape({kLength, 32});
  for (const int64_t changed : {1, 47, 48, 100, 149}) {
    const Tensor other = qkv.clone();
    for (float& value : other.reshape({kLength, kWidth}).slice(changed, kLength - changed).span<float>()) value = 7e3f;
    const Tensor other_y = attention(Variable(other), options).value().reshape({kLength, 32});
    EXPECT_TRUE(test::same_bits(other_y.slice(0, changed), y.slice(0, changed)));
    EXPECT_FALSE(test::same_bits(other_y.slice(changed, 1), y.slice(changed, 1)));
  }
}

// With k = 0 all weights of query i are 1 / (i + 1), and with v the unit vectors y holds them one by one.
Tensor dropped_weights(int64_t batch, int64_t length, const AttentionOptions& options) {
  const Tensor qkv = Tensor::zeros({batch, length, 3 * length}, DType::kFloat32);
  for (int64_t row = 0; row < batch * length; ++row) {
    qkv.data<float>()[row * 3 * length + 2 * length + row % length] = 1;
  }
  return attention(Variable(qkv), options).value();
}

TEST(Attention, DropoutZeroesItsShareOfTheWeightsAndScalesTheOthers) {
  constexpr int64_t kBatch = 20, kLength = 100;
  constexpr double kP = 0.3;
  const Tensor weights = dropped_weights(
      kBatch, kLength, {.num_heads = 1, .num_kv_heads = 1, .dropout = kP, .random = {.seed = 5, .stream = 2}});
  int64_t num_kept = 0;
  for (int64_t row = 0; row < kBatch * kLength; ++row) {
    const int64_t query = row % kLength;
    for (int64_t j = 0; j <= query; ++j) {
      const double weight =
          static_cast<double>(weights.data<float>()[row * kLength + j]) * static_cast<double>(query + 1);
      if (weight == 0) continue;
      ++num_kept;
      ASSERT_NEAR(weight, 1 / (1 - kP), 1e-5);
    }
  }
  const double count = kBatch * kLength * (kLength + 1) / 2.0;
  EXPECT_NEAR(static_cast<double>(num_kept), count * (1 - kP), 5 * std::sqrt(count * kP * (1 - kP)));
}

TEST(Attention, DropoutDoesNotDependOnHowTheBatchIsCut) {
  const AttentionOptions whole{.num_heads = 1, .num_kv_heads = 1, .dropout = 0.5, .random = {.seed = 5}};
  AttentionOptions second_half = whole;
  second_half.batch_offset = 2;
  const Tensor all = dropped_weights(4, 20, whole);
  EXPECT_TRUE(test::same_bits(all.slice(2, 2), dropped_weights(2, 20, second_half)));
  EXPECT_FALSE(test::same_bits(all.slice(2, 2), all.slice(0, 2)));
}

TEST(CachedAttention, EqualsTheWholeSequenceAtOnce) {
  constexpr int64_t kLength = 70, kHeadDim = 12;
  const AttentionOptions options{.num_heads = 4, .num_kv_heads = 2};
  for (const DType dtype : {DType::kFloat64, DType::kFloat32, DType::kBFloat16}) {
    const Tensor qkv = normal_inputs({1, kLength, 8 * kHeadDim}, dtype, 1);
    const Tensor want = attention(Variable(qkv), options).value().reshape({kLength, 4 * kHeadDim});
    const Tensor keys = Tensor::empty({1, 2, 80, kHeadDim}, dtype), values = empty_like(keys);
    int64_t past = 0;
    for (const int64_t count : {40, 1, 1, 3, 25}) {
      SCOPED_TRACE(fmt::format("{} {} after {}", name(dtype), count, past));
      const Tensor rows = qkv.reshape({kLength, 8 * kHeadDim}).slice(past, count).reshape({1, count, 8 * kHeadDim});
      const Tensor got = cached_attention(rows, keys, values, past, options).reshape({count, 4 * kHeadDim});
      EXPECT_TRUE(test::close(got, want.slice(past, count), 20 * epsilon(dtype)));
      past += count;
    }
  }
}

TEST(CachedAttention, NamesACacheThatIsFull) {
  const Tensor qkv = normal_inputs({1, 2, 12}, DType::kFloat32, 1);
  const Tensor cache = Tensor::empty({1, 1, 8, 4}, DType::kFloat32);
  try {
    cached_attention(qkv, cache, cache, 7, {.num_heads = 1, .num_kv_heads = 1});
    FAIL() << "no exception";
  } catch (const ShapeError& error) {
    EXPECT_STREQ(error.what(), "[cached_attention] 2 tokens after 7 do not fit a cache of 8: reserve more room");
  }
}

TEST(Attention, NamesWhatDoesNotFit) {
  const Variable qkv(normal_inputs({1, 2, 12}, DType::kFloat32, 1));
  const auto message = [&](const AttentionOptions& options) -> std::string {
    try {
      attention(qkv, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no exception";
  };
  EXPECT_EQ(message({.num_heads = 3, .num_kv_heads = 2}),
            "[attention] 3 heads cannot share 2 key-value heads: use a divisor");
  EXPECT_EQ(message({.num_heads = 3, .num_kv_heads = 1}),
            "[attention] qkv has shape (1, 2, 12), expected (B, T, n * 5) for 3 + 2 * 1 heads");
  EXPECT_EQ(message({.num_heads = 2, .num_kv_heads = 2, .dropout = 1}),
            "[attention] dropout is 1, expected at least 0 and less than 1");
}

}  // namespace
}  // namespace slm::ops

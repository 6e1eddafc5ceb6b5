#include "slm/ops/attention.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

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

Results run(const Tensor& qkv, const AttentionOptions& options) {
  Tape tape;
  const Variable in = Variable::parameter(qkv, "qkv", qkv.dtype());
  const Variable y = attention(in, options);
  tape.backward(y, normal_inputs(y.shape(), qkv.dtype(), 99));
  return {y.value(), in.grad()};
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

TEST(Attention, AgreesWithTheReferenceUnderDropoutAndFirstKeys) {
  for (const int64_t length : {5, 50, 200}) {
    std::vector<int32_t> first_keys;
    for (int32_t b = 0; b < 2; ++b) {
      const int32_t document = 23 + 50 * b;
      for (int32_t i = 0; i < length; ++i) first_keys.push_back(i / document * document);
    }
    const AttentionOptions options{.num_heads = 2,
                                   .num_kv_heads = 1,
                                   .dropout = 0.3,
                                   .random = {.seed = 11, .stream = 4, .step = 9},
                                   .batch_offset = 3,
                                   .first_key = Tensor::from<int32_t>(first_keys, {2, length})};
    const Tensor qkv = normal_inputs({2, length, 4 * 16}, DType::kFloat32, 5);
    const Results got = run(qkv, options), want = run(qkv.to(DType::kFloat64), options);
    EXPECT_TRUE(close_by_sequence(got.y, want.y, 40 * epsilon(DType::kFloat32)));
    EXPECT_TRUE(close_by_sequence(got.dqkv, want.dqkv, 100 * epsilon(DType::kFloat32)));
  }
}

}  // namespace
}  // namespace slm::ops

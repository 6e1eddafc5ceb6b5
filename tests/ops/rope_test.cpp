#include "slm/ops/rope.h"

#include <gtest/gtest.h>

#include <cmath>

#include "slm/core/error.h"
#include "support/close.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no exception";
}

TEST(Rope, GradientsMatchCentralDifferences) {
  const Tensor table = rope_table(9, 6, 100, DType::kFloat64);
  for (const TokenPositions& where :
       {TokenPositions{.first = 4}, TokenPositions{.ids = test::random_ids({2, 3}, 9, 1)}}) {
    EXPECT_TRUE(test::gradients_match(
        [&](std::span<const Variable> in) { return std::vector<Variable>{rope(in[0], table, 3, where)}; },
        {normal_inputs({2, 3, 4 * 6}, DType::kFloat64, 1)}));
  }
}

// Values of transformers' apply_rotary_pos_emb (Llama) in float64: theta 100, positions 2 and 5, elements 1 to 12.
TEST(Rope, RotatesAsHuggingFaceDoes) {
  const Tensor positions = Tensor::from<int32_t>(std::vector<int32_t>{2, 5}, {1, 2});
  std::vector<double> elements(12),
      want = {-4.053336543849869, -0.2711928658452525, 2.430891667698856,  -0.7552899193628879,
              5.3783319374611525, 6.252260847078621,   11.57487804487397,  -5.896825583565672,
              5.9986914785294765, -3.875848068009707,  12.256730723851504, 13.748298096325154};
  for (size_t i = 0; i < 12; ++i) elements[i] = static_cast<double>(i + 1);
  const Variable x(Tensor::from<double>(elements, {1, 2, 6}));
  const Tensor y = rope(x, rope_table(6, 6, 100, DType::kFloat64), 1, {.ids = positions}).value();
  EXPECT_TRUE(test::close(y, Tensor::from<double>(want, {1, 2, 6}), 1e-14));
}

TEST(Rope, ScoresDependOnlyOnTheDistance) {
  const Tensor table = rope_table(200, 8, 10000, DType::kFloat64);
  const Tensor q = normal_inputs({1, 1, 8}, DType::kFloat64, 1), k = normal_inputs({1, 1, 8}, DType::kFloat64, 2);
  const auto score = [&](int64_t query, int64_t key) {
    const Tensor a = rope(Variable(q), table, 1, {.first = query}).value();
    const Tensor b = rope(Variable(k), table, 1, {.first = key}).value();
    double sum = 0;
    for (int64_t i = 0; i < 8; ++i) sum += a.data<double>()[i] * b.data<double>()[i];
    return sum;
  };
  EXPECT_NEAR(score(7, 3), score(150, 146), 1e-13);
  EXPECT_GT(std::abs(score(7, 3) - score(7, 4)), 1e-3);
}

TEST(Rope, WorksInPlaceOnlyWhereNobodyElseHoldsTheMemory) {
  const Tensor table = rope_table(4, 4, 10000);
  const Tensor x = normal_inputs({1, 4, 8}, DType::kFloat32, 1), before = x.clone();
  const Tensor y = rope(Variable(x), table, 1).value();
  EXPECT_TRUE(test::same_bits(x, before));
  Variable alone(x.clone());
  const void* memory = alone.value().raw();
  const Tensor in_place = rope(std::move(alone), table, 1).value();
  EXPECT_EQ(in_place.raw(), memory);
  EXPECT_TRUE(test::same_bits(in_place, y));
}

TEST(Rope, SaysWhatDoesNotFit) {
  const Tensor table = rope_table(4, 6, 10000);
  const Variable x(normal_inputs({1, 2, 12}, DType::kFloat32, 1)), odd(normal_inputs({1, 2, 13}, DType::kFloat32, 1));
  EXPECT_EQ(message_of([&] { rope(odd, table, 1); }),
            "[rope] rows of 13 elements do not hold 1 heads of 6 and whole ones behind them; qkv is (1, 2, 13)");
  EXPECT_EQ(
      message_of([&] { rope(x, table, 1, {.first = 3}); }),
      "[rope] got position 4, expected 0 to 3: the sequence is longer than the model has positions; shorten it, or "
      "use a model with a longer max_seq_len");
  EXPECT_EQ(message_of([&] { rope_table(4, 7, 10000); }),
            "[rope] head_dim is 7, expected an even number: elements are rotated in pairs");
}

}  // namespace
}  // namespace slm::ops

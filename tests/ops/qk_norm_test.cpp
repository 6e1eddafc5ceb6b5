#include "slm/ops/qk_norm.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/ops/rms_norm.h"
#include "support/close.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

TEST(QkNorm, GradientsMatchCentralDifferences) {
  for (const int64_t head_dim : {1, 5}) {
    EXPECT_TRUE(test::gradients_match(
        [](std::span<const Variable> in) {
          return std::vector<Variable>{qk_norm(in[0], in[1], in[2], {.num_heads = 2, .num_kv_heads = 1}, 0.1)};
        },
        {normal_inputs({2, 3, 4 * head_dim}, DType::kFloat64, 1), normal_inputs({head_dim}, DType::kFloat64, 2),
         normal_inputs({head_dim}, DType::kFloat64, 3)}));
  }
}

TEST(QkNorm, IsTheRmsNormOfEachHeadAndLeavesTheValues) {
  const Tensor x = normal_inputs({5, 7}, DType::kFloat32, 1);  // the heads of one row: 3 query, 1 key, 1 value
  const Variable wq(normal_inputs({7}, DType::kFloat32, 2)), wk(normal_inputs({7}, DType::kFloat32, 3));
  const Tensor y = qk_norm(Variable(x.reshape({1, 35})), wq, wk, {.num_heads = 3, .num_kv_heads = 1}, 1e-5).value();
  const Tensor heads = y.reshape({5, 7});
  const double limit = 2 * epsilon(DType::kFloat32);
  EXPECT_TRUE(test::close(heads.slice(0, 3), rms_norm(Variable(x.slice(0, 3)), wq, 1e-5).value(), limit));
  EXPECT_TRUE(test::close(heads.slice(3, 1), rms_norm(Variable(x.slice(3, 1)), wk, 1e-5).value(), limit));
  EXPECT_TRUE(test::same_bits(heads.slice(4, 1), x.slice(4, 1)));
}

TEST(QkNorm, NamesTheShapesThatDoNotFit) {
  const auto message = [](const Shape& qkv, int64_t wq, int64_t wk) -> std::string {
    const auto variable = [](const Shape& shape) { return Variable(normal_inputs(shape, DType::kFloat32, 1)); };
    try {
      qk_norm(variable(qkv), variable({wq}), variable({wk}), {.num_heads = 2, .num_kv_heads = 1}, 1e-5);
    } catch (const ShapeError& error) {
      return error.what();
    }
    return "no exception";
  };
  EXPECT_EQ(message({3, 18}, 4, 4),
            "[qk_norm] qkv has rows of 18 elements, expected a multiple of 4: 2 query and 1 key and value heads");
  EXPECT_EQ(message({3, 16}, 5, 4), "[qk_norm] query weight has shape (5), expected (4)");
  EXPECT_EQ(message({3, 16}, 4, 5), "[qk_norm] key weight has shape (5), expected (4)");
}

}  // namespace
}  // namespace slm::ops

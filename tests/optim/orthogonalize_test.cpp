#include "slm/optim/orthogonalize.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/close.h"
#include "support/inputs.h"

namespace slm::optim {
namespace {

// |M v| / |v| for a seeded random v of the space that M acts on as a square or wide matrix.
double stretch(const Tensor& matrix, uint64_t seed) {
  const bool is_tall = matrix.shape()[0] > matrix.shape()[1];
  const int64_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  const Tensor v = test::normal_inputs({is_tall ? columns : rows}, DType::kFloat64, seed);
  double squared = 0, v_squared = 0;
  for (const double value : v.span<double>()) v_squared += value * value;
  for (int64_t i = 0; i < (is_tall ? rows : columns); ++i) {
    double sum = 0;
    for (int64_t j = 0; j < v.num_elements(); ++j) {
      sum += matrix.data<double>()[is_tall ? i * columns + j : j * columns + i] * v.data<double>()[j];
    }
    squared += sum * sum;
  }
  return std::sqrt(squared / v_squared);
}

TEST(Orthogonalize, BringsSingularValuesNearOne) {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{16, 40}, {40, 16}, {1, 9}, {9, 1}}) {
    SCOPED_TRACE(fmt::format("({}, {})", rows, columns));
    const Tensor matrix = test::normal_inputs({rows, columns}, DType::kFloat64, 1);
    const Tensor result = orthogonalize(matrix, 5);
    for (uint64_t seed = 0; seed < 20; ++seed) {
      EXPECT_GT(stretch(result, seed), 0.65);
      EXPECT_LT(stretch(result, seed), 1.25);
    }
  }
}

TEST(Orthogonalize, DoesNotDependOnTheScale) {
  const Tensor matrix = test::normal_inputs({6, 9}, DType::kFloat64, 1), scaled = matrix.clone();
  for (double& value : scaled.span<double>()) value *= 1e4;
  EXPECT_TRUE(test::close(orthogonalize(scaled, 5), orthogonalize(matrix, 5), 1e-12));
}

TEST(Orthogonalize, LeavesAMatrixOfZerosAtZero) {
  const Tensor zeros = Tensor::zeros({3, 5}, DType::kFloat32);
  EXPECT_TRUE(test::same_bits(orthogonalize(zeros, 5), zeros));
}

}  // namespace
}  // namespace slm::optim

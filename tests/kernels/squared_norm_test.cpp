#include "slm/kernels/squared_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "slm/core/parallel.h"
#include "slm/kernels/ref/squared_norm.h"
#include "support/close.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::normal_inputs;

// Around every vector width and on both sides of the block size.
constexpr int64_t kCounts[] = {0, 1, 7, 8, 15, 16, 17, 33, 511, 16384, 16385, 40001};

double squared_norm_of(const Tensor& x) {
  const Tensor sum = Tensor::empty({1}, DType::kFloat64);
  squared_norm(Device::kCpu, x.dtype(), {.x = x.view(), .sum = sum.view()});
  return *sum.data<double>();
}

TEST(SquaredNormKernel, AgreesWithTheReferenceToDoublePrecision) {
  for (const int64_t count : kCounts) {
    SCOPED_TRACE(count);
    const Tensor x = normal_inputs({count}, DType::kFloat32, 1), sum = Tensor::empty({1}, DType::kFloat64);
    ref::squared_norm<float>({.x = x.view(), .sum = sum.view()});
    const double want = *sum.data<double>();
    EXPECT_NEAR(squared_norm_of(x), want, 1e-13 * want);
  }
}

TEST(SquaredNormKernel, GivesTheSameBitsForAnyNumberOfThreads) {
  const Tensor x = normal_inputs({100003}, DType::kFloat32, 1);
  const int threads = num_threads();
  set_num_threads(1);
  const double want = squared_norm_of(x);
  for (const int count : {2, 3, 8}) {
    set_num_threads(count);
    EXPECT_EQ(squared_norm_of(x), want) << count << " threads";
  }
  set_num_threads(threads);
}

TEST(SquaredNormKernel, HoldsTheSquareOfTheLargestFloat) {
  const Tensor x = normal_inputs({20}, DType::kFloat32, 1);
  x.data<float>()[3] = std::numeric_limits<float>::max();
  EXPECT_TRUE(std::isfinite(squared_norm_of(x)));
}

TEST(SquaredNormKernel, IsNotFiniteWhereAnElementIsNot) {
  for (const float value : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    for (const int64_t position : {0, 17, 20000, 20002}) {
      const Tensor x = normal_inputs({20003}, DType::kFloat32, 1);
      x.data<float>()[position] = value;
      EXPECT_FALSE(std::isfinite(squared_norm_of(x))) << value << " at " << position;
    }
  }
}

}  // namespace
}  // namespace slm::kernels

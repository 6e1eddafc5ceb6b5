#include "slm/kernels/dropout.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "slm/kernels/ref/dropout.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

constexpr RandomStream kRandom{.seed = 0x123456789abcdef0, .stream = 7, .step = 3};

TEST(Dropout, CpuKernelAgreesWithTheReferenceWhereverTheNumbersBegin) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t count : {1, 3, 17, 255, 257, 9001}) {
      for (const int64_t first : {int64_t{0}, int64_t{1}, int64_t{6}, (int64_t{1} << 34) - 21}) {
        for (const bool accumulate : {false, true}) {
          SCOPED_TRACE(fmt::format("{} {} from {}", name(dtype), count, first));
          const Tensor x = normal_inputs({count}, dtype, 1), x64 = x.to(DType::kFloat64);
          GuardedOutput got({count}, dtype), want({count}, DType::kFloat64);
          if (accumulate) {
            got.tensor().copy_from(normal_inputs({count}, dtype, 2));
            want.tensor().copy_from(got.tensor());
          }
          ref::dropout<double>({x64.view(), {want.view(), accumulate}, 0.3, kRandom, first});
          dropout(Device::kCpu, dtype, {x.view(), {got.view(), accumulate}, 0.3, kRandom, first});
          EXPECT_TRUE(test::close(got.tensor(), want.tensor(), epsilon(dtype) / 2 + epsilon(DType::kFloat32)));
          EXPECT_TRUE(got.guards_intact());
        }
      }
    }
  }
}

TEST(Dropout, KeepsTheExpectedShareAndTheMean) {
  constexpr int64_t kCount = 1'000'000;
  for (const double p : {0.1, 0.5, 0.9}) {
    SCOPED_TRACE(p);
    const Tensor x = Tensor::empty({kCount}, DType::kFloat32), y = empty_like(x);
    for (float& element : x.span<float>()) element = 1;
    dropout(Device::kCpu, DType::kFloat32, {x.view(), {y.view(), false}, p, kRandom, 0});
    double sum = 0;
    for (const float element : y.span<float>()) {
      EXPECT_TRUE(element == 0 || std::abs(element - 1 / (1 - p)) < 1e-5);
      sum += element;
    }
    const double deviation = std::sqrt(p / (1 - p) / kCount);  // of the mean of kCount such elements
    EXPECT_NEAR(sum / kCount, 1.0, 5 * deviation);
  }
}

}  // namespace
}  // namespace slm::kernels

#include "slm/kernels/column_sum.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/core/parallel.h"
#include "slm/kernels/ref/column_sum.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

TEST(ColumnSum, CpuKernelAgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t rows : {0, 1, 63, 64, 65, 700}) {
      for (const int64_t dim : test::kRowLengths) {
        for (const bool accumulate : {false, true}) {
          SCOPED_TRACE(fmt::format("{} ({}, {}) accumulate {}", name(dtype), rows, dim, accumulate));
          const Tensor x = normal_inputs({rows, dim}, dtype, 1), before = normal_inputs({dim}, DType::kFloat32, 2);
          const Tensor x64 = x.to(DType::kFloat64), want = before.to(DType::kFloat64).clone();
          ref::column_sum<double>({x64.view(), {want.view(), accumulate}});
          const GuardedOutput got({dim}, DType::kFloat32);
          if (accumulate) got.tensor().copy_from(before);
          column_sum(Device::kCpu, dtype, {x.view(), {got.view(), accumulate}});
          EXPECT_TRUE(test::close(got.tensor(), want, 32 * epsilon(DType::kFloat32)));  // 64 additions a block
          EXPECT_TRUE(got.guards_intact());
        }
      }
    }
  }
}

TEST(ColumnSum, GivesTheSameBitsForAnyNumberOfThreads) {
  const Tensor x = normal_inputs({1000, 37}, DType::kFloat32, 1);
  const auto compute = [&](int threads) {
    const int before = num_threads();
    set_num_threads(threads);
    const Tensor sum = Tensor::empty({37}, DType::kFloat32);
    column_sum(Device::kCpu, DType::kFloat32, {x.view(), {sum.view(), false}});
    set_num_threads(before);
    return sum;
  };
  const Tensor serial = compute(1);
  for (const int threads : {2, 3, 8}) EXPECT_TRUE(test::same_bits(compute(threads), serial));
}

}  // namespace
}  // namespace slm::kernels

#include "slm/kernels/scaled_add.h"

#include <gtest/gtest.h>

#include "slm/kernels/ref/scaled_add.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

TEST(ScaledAddKernel, AgreesWithTheReferenceAndWritesTheCopy) {
  for (const int64_t count : test::kElementCounts) {
    SCOPED_TRACE(count);
    const Tensor a = normal_inputs({count}, DType::kFloat32, 1), b = normal_inputs({count}, DType::kFloat32, 2);
    const GuardedOutput want({count}, DType::kFloat64), got({count}, DType::kFloat32), copy({count}, DType::kBFloat16);
    const Tensor a64 = a.to(DType::kFloat64), b64 = b.to(DType::kFloat64);
    ref::scaled_add<double>(
        {.a = a64.view(), .b = b64.view(), .y = want.view(), .copy = {}, .alpha = 0.7, .beta = -3.25});
    scaled_add(Device::kCpu, DType::kFloat32,
               {.a = a.view(), .b = b.view(), .y = got.view(), .copy = copy.view(), .alpha = 0.7, .beta = -3.25});
    EXPECT_TRUE(test::close(got.tensor(), want.tensor(), 4 * epsilon(DType::kFloat32)));
    EXPECT_TRUE(test::same_bits(copy.tensor(), got.tensor().to(DType::kBFloat16)));
    EXPECT_TRUE(got.guards_intact());
    EXPECT_TRUE(copy.guards_intact());
  }
}

TEST(ScaledAddKernel, MayWriteOverItsInputs) {
  const Tensor a = test::in_place({1000}, DType::kFloat32, 1).tensor(), b = normal_inputs({1000}, DType::kFloat32, 2);
  const Tensor want = empty_like(a);
  scaled_add(Device::kCpu, DType::kFloat32,
             {.a = a.view(), .b = b.view(), .y = want.view(), .copy = {}, .alpha = 2, .beta = 3});
  scaled_add(Device::kCpu, DType::kFloat32,
             {.a = a.view(), .b = b.view(), .y = a.view(), .copy = {}, .alpha = 2, .beta = 3});
  EXPECT_TRUE(test::same_bits(a, want));
}

}  // namespace
}  // namespace slm::kernels

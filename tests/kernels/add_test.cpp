#include "slm/kernels/add.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/kernels/ref/add.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

// A format of more than twice the digits gives sums that round to what the exact ones round to (Figueroa, "When is
// double rounding innocuous?", 1995): fp64 those of fp32, and fp32 those of bf16.
TEST(AddKernel, RoundsTheExactSum) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t count : test::kElementCounts) {
      SCOPED_TRACE(fmt::format("{} {}", name(dtype), count));
      const Tensor a = normal_inputs({count}, dtype, 1), b = normal_inputs({count}, dtype, 2);
      const GuardedOutput want({count}, DType::kFloat64), got({count}, dtype);
      const Tensor a64 = a.to(DType::kFloat64), b64 = b.to(DType::kFloat64);
      ref::add<double>({.a = a64.view(), .b = b64.view(), .y = want.view()});
      add(Device::kCpu, dtype, {.a = a.view(), .b = b.view(), .y = got.view()});
      EXPECT_TRUE(test::same_bits(got.tensor(), want.tensor().to(dtype)));
      EXPECT_TRUE(got.guards_intact());
    }
  }
}

TEST(AddKernel, MayWriteOverEitherInput) {
  const Tensor a = normal_inputs({1000}, DType::kFloat32, 1), b = normal_inputs({1000}, DType::kFloat32, 2);
  const Tensor want = empty_like(a);
  add(Device::kCpu, DType::kFloat32, {.a = a.view(), .b = b.view(), .y = want.view()});
  const Tensor over_a = a.clone(), over_b = b.clone();
  add(Device::kCpu, DType::kFloat32, {.a = over_a.view(), .b = b.view(), .y = over_a.view()});
  add(Device::kCpu, DType::kFloat32, {.a = a.view(), .b = over_b.view(), .y = over_b.view()});
  EXPECT_TRUE(test::same_bits(over_a, want));
  EXPECT_TRUE(test::same_bits(over_b, want));
}

}  // namespace
}  // namespace slm::kernels

#include "slm/kernels/rope.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/kernels/ref/rope.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs, test::random_ids;

TEST(Rope, CpuKernelAgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t head_dim : {2, 6, 16, 30, 64, 66, 128}) {
      for (const bool is_inverse : {false, true}) {
        SCOPED_TRACE(fmt::format("{} E {} {}", name(dtype), head_dim, is_inverse ? "inverse" : "forward"));
        const int64_t rows = 21, width = 5 * head_dim;
        const Tensor x = normal_inputs({rows, width}, dtype, 1), x64 = x.to(DType::kFloat64);
        const Tensor table = normal_inputs({11, head_dim}, DType::kFloat32, 2), table64 = table.to(DType::kFloat64);
        const Tensor positions = random_ids({rows}, 11, 3);
        GuardedOutput want({rows, width}, DType::kFloat64), got({rows, width}, dtype), in_place({rows, width}, dtype);
        ref::rope<double>({x64.view(), table64.view(), positions.view(), want.view(), 3, is_inverse});
        rope(Device::kCpu, dtype, {x.view(), table.view(), positions.view(), got.view(), 3, is_inverse});
        in_place.tensor().copy_from(x);
        rope(Device::kCpu, dtype, {in_place.view(), table.view(), positions.view(), in_place.view(), 3, is_inverse});
        // Two products, their sum and the last rounding.
        EXPECT_TRUE(test::close(got.tensor(), want.tensor(), epsilon(dtype) / 2 + 2 * epsilon(DType::kFloat32)));
        EXPECT_TRUE(test::same_bits(in_place.tensor(), got.tensor()));
        EXPECT_TRUE(got.guards_intact());
        EXPECT_TRUE(in_place.guards_intact());
      }
    }
  }
}

}  // namespace
}  // namespace slm::kernels

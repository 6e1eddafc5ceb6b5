#include "slm/kernels/muon_momentum.h"

#include <gtest/gtest.h>

#include "slm/kernels/ref/muon_momentum.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

struct MuonMomentumRun {
  GuardedOutput b, u;

  template <class Kernel>
  MuonMomentumRun(int64_t count, DType dtype, Kernel&& kernel)
      : b(test::in_place({count}, dtype, 1)), u({count}, dtype) {
    const Tensor g = normal_inputs({count}, DType::kFloat32, 2).to(dtype);
    kernel(MuonMomentumArgs{.g = g.view(), .b = b.view(), .u = u.view(), .gradient_scale = 0.3, .momentum = 0.95});
  }
};

TEST(MuonMomentumKernel, AgreesWithTheReferenceInDoublePrecision) {
  for (const int64_t count : test::kElementCounts) {
    SCOPED_TRACE(count);
    const MuonMomentumRun want(count, DType::kFloat64, ref::muon_momentum<double>);
    const MuonMomentumRun got(count, DType::kFloat32,
                              [](const MuonMomentumArgs& args) { muon_momentum(Device::kCpu, DType::kFloat32, args); });
    EXPECT_TRUE(test::close(got.b.tensor(), want.b.tensor(), 4 * epsilon(DType::kFloat32)));
    EXPECT_TRUE(test::close(got.u.tensor(), want.u.tensor(), 4 * epsilon(DType::kFloat32)));
    EXPECT_TRUE(got.b.guards_intact());
    EXPECT_TRUE(got.u.guards_intact());
  }
}

}  // namespace
}  // namespace slm::kernels

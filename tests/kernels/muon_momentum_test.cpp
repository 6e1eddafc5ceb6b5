#include "slm/kernels/muon_momentum.h"

#include <gtest/gtest.h>

#include "slm/kernels/ref/muon_momentum.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

// Around every vector width, and more than one thread's piece.
constexpr int64_t kCounts[] = {1, 7, 8, 15, 16, 17, 33, 511, 40001};

// Holds normal numbers between guard bytes, to be updated in place.
GuardedOutput in_place(const Shape& shape, DType dtype, uint64_t seed) {
  GuardedOutput output(shape, dtype);
  output.tensor().copy_from(normal_inputs(shape, DType::kFloat32, seed));
  return output;
}

struct MuonMomentumRun {
  GuardedOutput b, u;

  template <class Kernel>
  MuonMomentumRun(int64_t count, DType dtype, Kernel&& kernel) : b(in_place({count}, dtype, 1)), u({count}, dtype) {
    const Tensor g = normal_inputs({count}, DType::kFloat32, 2).to(dtype);
    kernel(MuonMomentumArgs{.g = g.view(), .b = b.view(), .u = u.view(), .gradient_scale = 0.3, .momentum = 0.95});
  }
};

TEST(MuonMomentumKernel, AgreesWithTheReferenceInDoublePrecision) {
  for (const int64_t count : kCounts) {
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

#include "slm/kernels/adamw.h"

#include <gtest/gtest.h>

#include "slm/kernels/ref/adamw.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

// Three steps from zero moments, so that the bias corrections count.
struct AdamWRun {
  GuardedOutput m, v, p, copy;

  template <class Kernel>
  AdamWRun(int64_t count, DType dtype, Kernel&& kernel)
      : m({count}, dtype), v({count}, dtype), p(test::in_place({count}, dtype, 1)), copy({count}, DType::kBFloat16) {
    m.tensor().fill_zero();
    v.tensor().fill_zero();
    for (int64_t step = 1; step <= 3; ++step) {
      const Tensor g = normal_inputs({count}, DType::kFloat32, 10 + static_cast<uint64_t>(step)).to(dtype);
      kernel(AdamWArgs{.g = g.view(),
                       .m = m.view(),
                       .v = v.view(),
                       .p = p.view(),
                       .copy = copy.view(),
                       .gradient_scale = 0.3,
                       .learning_rate = 0.01,
                       .beta1 = 0.9,
                       .beta2 = 0.99,
                       .eps = 1e-8,
                       .weight_decay = 0.1,
                       .step = step});
    }
  }
};

TEST(AdamWKernel, AgreesWithTheReferenceInDoublePrecision) {
  for (const int64_t count : test::kElementCounts) {
    SCOPED_TRACE(count);
    const AdamWRun want(count, DType::kFloat64, ref::adamw<double>);
    const AdamWRun got(count, DType::kFloat32,
                       [](const AdamWArgs& args) { adamw(Device::kCpu, DType::kFloat32, args); });
    // A handful of roundings per step, and the quotient m / sqrt(v), where both have gathered theirs.
    EXPECT_TRUE(test::close(got.m.tensor(), want.m.tensor(), 4 * epsilon(DType::kFloat32)));
    EXPECT_TRUE(test::close(got.v.tensor(), want.v.tensor(), 4 * epsilon(DType::kFloat32)));
    EXPECT_TRUE(test::close(got.p.tensor(), want.p.tensor(), 4 * epsilon(DType::kFloat32)));
    for (const GuardedOutput* output : {&got.m, &got.v, &got.p, &got.copy}) EXPECT_TRUE(output->guards_intact());
  }
}

TEST(AdamWKernel, WritesTheCopyAsTheRoundedParameter) {
  const AdamWRun run(1000, DType::kFloat32, [](const AdamWArgs& args) { adamw(Device::kCpu, DType::kFloat32, args); });
  EXPECT_TRUE(test::same_bits(run.copy.tensor(), run.p.tensor().to(DType::kBFloat16)));
}

}  // namespace
}  // namespace slm::kernels

#include "slm/kernels/sgd.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

#include "slm/kernels/ref/sgd.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

struct SgdRun {
  GuardedOutput b, p, copy;

  template <class Kernel>
  SgdRun(int64_t count, DType dtype, double momentum, bool is_nesterov, Kernel&& kernel)
      : b({count}, dtype), p(test::in_place({count}, dtype, 1)), copy({count}, DType::kBFloat16) {
    b.tensor().fill_zero();
    for (uint64_t step = 1; step <= 3; ++step) {
      const Tensor g = normal_inputs({count}, DType::kFloat32, 10 + step).to(dtype);
      kernel(SgdArgs{.g = g.view(),
                     .b = momentum != 0 ? b.view() : View{},
                     .p = p.view(),
                     .copy = copy.view(),
                     .gradient_scale = 0.3,
                     .learning_rate = 0.01,
                     .momentum = momentum,
                     .weight_decay = 0.1,
                     .is_nesterov = is_nesterov});
    }
  }
};

TEST(SgdKernel, AgreesWithTheReferenceInDoublePrecision) {
  for (const int64_t count : test::kElementCounts) {
    for (const auto& [momentum, is_nesterov] : {std::pair{0.0, false}, {0.9, false}, {0.9, true}}) {
      SCOPED_TRACE(fmt::format("{} elements, momentum {}, nesterov {}", count, momentum, is_nesterov));
      const SgdRun want(count, DType::kFloat64, momentum, is_nesterov, ref::sgd<double>);
      const SgdRun got(count, DType::kFloat32, momentum, is_nesterov,
                       [](const SgdArgs& args) { sgd(Device::kCpu, DType::kFloat32, args); });
      EXPECT_TRUE(test::close(got.b.tensor(), want.b.tensor(), 8 * epsilon(DType::kFloat32)));
      EXPECT_TRUE(test::close(got.p.tensor(), want.p.tensor(), 4 * epsilon(DType::kFloat32)));
      EXPECT_TRUE(test::same_bits(got.copy.tensor(), got.p.tensor().to(DType::kBFloat16)));
      for (const GuardedOutput* output : {&got.b, &got.p, &got.copy}) EXPECT_TRUE(output->guards_intact());
    }
  }
}

}  // namespace
}  // namespace slm::kernels

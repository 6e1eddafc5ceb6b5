#include "slm/kernels/swiglu.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/kernels/ref/swiglu.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

TEST(Swiglu, CpuKernelsAgreeWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t rows : {1, 19}) {
      for (const int64_t hidden : test::kRowLengths) {
        for (const bool accumulate : {false, true}) {
          SCOPED_TRACE(fmt::format("{} ({}, {}) {}", name(dtype), rows, hidden, accumulate));
          const Tensor x = normal_inputs({rows, 2 * hidden}, dtype, 1), dy = normal_inputs({rows, hidden}, dtype, 2);
          const Tensor x64 = x.to(DType::kFloat64), dy64 = dy.to(DType::kFloat64);
          GuardedOutput y({rows, hidden}, dtype), dx({rows, 2 * hidden}, dtype);
          GuardedOutput want_y({rows, hidden}, DType::kFloat64), want_dx({rows, 2 * hidden}, DType::kFloat64);
          if (accumulate) {
            dx.tensor().copy_from(normal_inputs({rows, 2 * hidden}, dtype, 3));
            want_dx.tensor().copy_from(dx.tensor());
          }
          ref::swiglu_forward<double>({x64.view(), want_y.view()});
          ref::swiglu_backward<double>({dy64.view(), x64.view(), {want_dx.view(), accumulate}});
          swiglu_forward(Device::kCpu, dtype, {x.view(), y.view()});
          swiglu_backward(Device::kCpu, dtype, {dy.view(), x.view(), {dx.view(), accumulate}});
          // The last rounding, and that of the logistic function and three products in fp32.
          const double limit = epsilon(dtype) / 2 + 6 * epsilon(DType::kFloat32);
          EXPECT_TRUE(test::close(y.tensor(), want_y.tensor(), limit));
          EXPECT_TRUE(test::close(dx.tensor(), want_dx.tensor(), limit));
          EXPECT_TRUE(y.guards_intact());
          EXPECT_TRUE(dx.guards_intact());
        }
      }
    }
  }
}

}  // namespace
}  // namespace slm::kernels

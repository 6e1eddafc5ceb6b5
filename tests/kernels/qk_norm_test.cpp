#include "slm/kernels/qk_norm.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/kernels/ref/qk_norm.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

// Large: for heads of one element dx is proportional to eps, and all cancellation when eps is small.
constexpr double kEps = 0.5;
constexpr int64_t kHeads = 3, kKvHeads = 2;

struct Outputs {
  GuardedOutput y, rstd, dx, dwq, dwk;

  Outputs(int64_t rows, int64_t dim, DType dtype, DType statistics)
      : y({rows, (kHeads + 2 * kKvHeads) * dim}, dtype),
        rstd({rows, kHeads + kKvHeads}, statistics),
        dx(y.tensor().shape(), dtype),
        dwq({dim}, statistics),
        dwk({dim}, statistics) {}
};

template <class Forward, class Backward>
Outputs run(int64_t rows, int64_t dim, DType dtype, DType computed_in, Forward&& forward, Backward&& backward) {
  const DType statistics = computed_in == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  Outputs out(rows, dim, computed_in, statistics);
  const Tensor x = normal_inputs(out.y.tensor().shape(), dtype, 1).to(computed_in);
  const Tensor dy = normal_inputs(out.y.tensor().shape(), dtype, 2).to(computed_in);
  const Tensor wq = normal_inputs({dim}, DType::kFloat32, 3).to(statistics);
  const Tensor wk = normal_inputs({dim}, DType::kFloat32, 4).to(statistics);
  forward(QkNormForwardArgs{x.view(), wq.view(), wk.view(), out.y.view(), out.rstd.view(), kHeads, kKvHeads, kEps});
  backward(QkNormBackwardArgs{dy.view(),
                              x.view(),
                              wq.view(),
                              wk.view(),
                              out.rstd.view(),
                              {out.dx.view(), false},
                              {out.dwq.view(), false},
                              {out.dwk.view(), false},
                              kHeads,
                              kKvHeads});
  return out;
}

TEST(QkNorm, CpuKernelsAgreeWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t rows : {1, 40}) {
      for (const int64_t dim : {1, 2, 7, 16, 33, 64, 128}) {
        SCOPED_TRACE(fmt::format("{} {} rows, E {}", name(dtype), rows, dim));
        const Outputs want =
            run(rows, dim, dtype, DType::kFloat64, ref::qk_norm_forward<double>, ref::qk_norm_backward<double>);
        const Outputs got = run(
            rows, dim, dtype, dtype, [&](const auto& args) { qk_norm_forward(Device::kCpu, dtype, args); },
            [&](const auto& args) { qk_norm_backward(Device::kCpu, dtype, args); });
        // The last rounding; sum of squares, root and three products in fp32.
        const double limit = epsilon(dtype) / 2 + 6 * epsilon(DType::kFloat32);
        EXPECT_TRUE(test::close(got.y.tensor(), want.y.tensor(), limit));
        EXPECT_TRUE(test::close(got.dx.tensor(), want.dx.tensor(), limit));
        EXPECT_TRUE(test::close(got.dwq.tensor(), want.dwq.tensor(), 32 * epsilon(DType::kFloat32)));
        EXPECT_TRUE(test::close(got.dwk.tensor(), want.dwk.tensor(), 32 * epsilon(DType::kFloat32)));
        for (const GuardedOutput* output : {&got.y, &got.rstd, &got.dx, &got.dwq, &got.dwk}) {
          EXPECT_TRUE(output->guards_intact());
        }
      }
    }
  }
}

}  // namespace
}  // namespace slm::kernels

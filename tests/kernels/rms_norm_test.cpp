#include "slm/kernels/rms_norm.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/kernels/ref/rms_norm.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

// Large: for rows of one element ds is proportional to eps, and all cancellation when eps is small.
constexpr double kEps = 0.5;

// Runs the forward and the backward pass and returns their outputs: s, y, rstd, ds, dw. The reference runs in fp64 on
// the very values that the kernel under test reads.
struct Outputs {
  GuardedOutput s, y, rstd, ds, dw;

  Outputs(const Shape& shape, DType dtype, DType statistics)
      : s(shape, dtype), y(shape, dtype), rstd({shape[0]}, statistics), ds(shape, dtype), dw({shape[1]}, statistics) {}
};

template <class Forward, class Backward>
Outputs run(const Shape& shape, DType dtype, DType computed_in, Forward&& forward, Backward&& backward) {
  const auto input = [&](const Shape& of, uint64_t seed) { return normal_inputs(of, dtype, seed).to(computed_in); };
  const DType statistics = computed_in == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  const Tensor w = normal_inputs({shape[1]}, DType::kFloat32, 3).to(statistics);
  Outputs out(shape, computed_in, statistics);
  forward(RmsNormForwardArgs{input(shape, 1).view(), input(shape, 2).view(), w.view(), out.s.view(), out.y.view(),
                             out.rstd.view(), kEps});
  backward(RmsNormBackwardArgs{input(shape, 4).view(),
                               input(shape, 5).view(),
                               out.s.view(),
                               w.view(),
                               out.rstd.view(),
                               {out.ds.view(), false},
                               {out.dw.view(), false}});
  return out;
}

// Rounding of the stored sum, of the norm's two products and of the result; the row sums behind dw add their own.
double limit(DType dtype) { return 6 * epsilon(dtype); }

TEST(RmsNorm, CpuKernelsAgreeWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t rows : {1, 3, 70}) {
      for (const int64_t dim : test::kRowLengths) {
        SCOPED_TRACE(fmt::format("{} ({}, {})", name(dtype), rows, dim));
        const Outputs want =
            run({rows, dim}, dtype, DType::kFloat64, ref::rms_norm_forward<double>, ref::rms_norm_backward<double>);
        const Outputs got = run(
            {rows, dim}, dtype, dtype, [&](const auto& args) { rms_norm_forward(Device::kCpu, dtype, args); },
            [&](const auto& args) { rms_norm_backward(Device::kCpu, dtype, args); });
        EXPECT_TRUE(test::close(got.s.tensor(), want.s.tensor(), limit(dtype)));
        EXPECT_TRUE(test::close(got.y.tensor(), want.y.tensor(), limit(dtype)));
        EXPECT_TRUE(test::close(got.ds.tensor(), want.ds.tensor(), 2 * limit(dtype)));
        EXPECT_TRUE(test::close(got.dw.tensor(), want.dw.tensor(), 8 * limit(dtype)));
        for (const GuardedOutput* output : {&got.s, &got.y, &got.rstd, &got.ds, &got.dw}) {
          EXPECT_TRUE(output->guards_intact());
        }
      }
    }
  }
}

}  // namespace
}  // namespace slm::kernels

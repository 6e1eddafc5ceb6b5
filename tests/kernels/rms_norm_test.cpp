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

struct Variant {
  bool has_residual = true;    // else x itself is normalized
  bool has_other_ways = true;  // s had another gradient
  bool accumulates = false;    // onto gradients that are there
};

// Runs the forward and the backward pass and returns their outputs: s, y, rstd, ds, dw. The reference runs in fp64 on
// the very values that the kernel under test reads.
struct Outputs {
  GuardedOutput s, y, rstd, ds, dw;

  Outputs(const Shape& shape, DType dtype, DType statistics)
      : s(shape, dtype), y(shape, dtype), rstd({shape[0]}, statistics), ds(shape, dtype), dw({shape[1]}, statistics) {}
};

template <class Forward, class Backward>
Outputs run(const Shape& shape, DType dtype, DType computed_in, const Variant& variant, Forward&& forward,
            Backward&& backward) {
  const auto input = [&](const Shape& of, uint64_t seed) { return normal_inputs(of, dtype, seed).to(computed_in); };
  const DType statistics = computed_in == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  const Tensor w = normal_inputs({shape[1]}, DType::kFloat32, 3).to(statistics);
  const Tensor x = input(shape, 1), residual = input(shape, 2), dy = input(shape, 4), other = input(shape, 5);
  Outputs out(shape, computed_in, statistics);
  if (variant.accumulates) {
    out.ds.tensor().copy_from(input(shape, 6));
    out.dw.tensor().copy_from(normal_inputs({shape[1]}, DType::kFloat32, 7));
  }
  forward(RmsNormForwardArgs{.x = x.view(),
                             .residual = variant.has_residual ? residual.view() : ConstView{},
                             .w = w.view(),
                             .sum = variant.has_residual ? out.s.view() : View{},
                             .y = out.y.view(),
                             .rstd = out.rstd.view(),
                             .eps = kEps});
  backward(RmsNormBackwardArgs{.dy = dy.view(),
                               .ds_direct = variant.has_other_ways ? other.view() : ConstView{},
                               .s = variant.has_residual ? ConstView(out.s.view()) : ConstView(x.view()),
                               .w = w.view(),
                               .rstd = out.rstd.view(),
                               .ds = {out.ds.view(), variant.accumulates},
                               .dw = {out.dw.view(), variant.accumulates}});
  return out;
}

// Rounding of the stored sum, of the norm's two products and of the result; the row sums behind dw add their own.
double limit(DType dtype) { return 6 * epsilon(dtype); }

void expect_agreement(const Shape& shape, DType dtype, const Variant& variant) {
  SCOPED_TRACE(fmt::format("{} {}", name(dtype), to_string(shape)));
  const Outputs want =
      run(shape, dtype, DType::kFloat64, variant, ref::rms_norm_forward<double>, ref::rms_norm_backward<double>);
  const Outputs got = run(
      shape, dtype, dtype, variant, [&](const auto& args) { rms_norm_forward(Device::kCpu, dtype, args); },
      [&](const auto& args) { rms_norm_backward(Device::kCpu, dtype, args); });
  if (variant.has_residual) {
    EXPECT_TRUE(test::close(got.s.tensor(), want.s.tensor(), limit(dtype)));
  }
  EXPECT_TRUE(test::close(got.y.tensor(), want.y.tensor(), limit(dtype)));
  EXPECT_TRUE(test::close(got.ds.tensor(), want.ds.tensor(), 2 * limit(dtype)));
  EXPECT_TRUE(test::close(got.dw.tensor(), want.dw.tensor(), 8 * limit(dtype)));
  for (const GuardedOutput* output : {&got.s, &got.y, &got.rstd, &got.ds, &got.dw}) {
    EXPECT_TRUE(output->guards_intact());
  }
}

TEST(RmsNorm, CpuKernelsAgreeWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t rows : {1, 3, 70}) {
      for (const int64_t dim : test::kRowLengths) expect_agreement({rows, dim}, dtype, {});
    }
  }
}

TEST(RmsNorm, CpuKernelsAgreeWithTheReferenceWithoutAResidualAndOntoGradientsThatAreThere) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const bool has_residual : {false, true}) {
      for (const bool has_other_ways : {false, true}) {
        for (const bool accumulates : {false, true}) {
          SCOPED_TRACE(
              fmt::format("residual {}, other ways {}, accumulates {}", has_residual, has_other_ways, accumulates));
          for (const int64_t dim : {1, 15, 17, 128}) {
            expect_agreement({40, dim}, dtype, {has_residual, has_other_ways, accumulates});
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace slm::kernels

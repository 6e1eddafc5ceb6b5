#include "slm/kernels/layer_norm.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/kernels/ref/layer_norm.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

// Large: for rows of two elements ds is proportional to eps, and all cancellation when eps is small.
constexpr double kEps = 0.5;

// Outputs of the forward and the backward pass.
struct Outputs {
  GuardedOutput s, y, mean, rstd, ds, dw, db;

  Outputs(const Shape& shape, DType dtype, DType statistics)
      : s(shape, dtype),
        y(shape, dtype),
        mean({shape[0]}, statistics),
        rstd({shape[0]}, statistics),
        ds(shape, dtype),
        dw({shape[1]}, statistics),
        db({shape[1]}, statistics) {}

  std::vector<const GuardedOutput*> all() const { return {&s, &y, &mean, &rstd, &ds, &dw, &db}; }
};

// Runs both passes. The reference runs in fp64 on the very values that the kernel under test reads.
template <class Forward, class Backward>
Outputs run(const Shape& shape, DType dtype, DType computed_in, bool has_bias, Forward&& forward, Backward&& backward) {
  const auto input = [&](const Shape& of, uint64_t seed) { return normal_inputs(of, dtype, seed).to(computed_in); };
  const DType statistics = computed_in == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  const Tensor w = normal_inputs({shape[1]}, DType::kFloat32, 3).to(statistics);
  const Tensor b = normal_inputs({shape[1]}, DType::kFloat32, 6).to(statistics);
  Outputs out(shape, computed_in, statistics);
  forward(LayerNormForwardArgs{input(shape, 1).view(), input(shape, 2).view(), w.view(), has_bias ? b.view() : View{},
                               out.s.view(), out.y.view(), out.mean.view(), out.rstd.view(), kEps});
  const Tensor dy = input(shape, 4), direct = input(shape, 5);
  backward(LayerNormBackwardArgs{dy.view(),
                                 direct.view(),
                                 out.s.view(),
                                 w.view(),
                                 out.mean.view(),
                                 out.rstd.view(),
                                 {out.ds.view(), false},
                                 {out.dw.view(), false},
                                 {has_bias ? out.db.view() : View{}, false}});
  return out;
}

void forward_on_cpu(const LayerNormForwardArgs& args) { layer_norm_forward(Device::kCpu, args.x.dtype, args); }
void backward_on_cpu(const LayerNormBackwardArgs& args) { layer_norm_backward(Device::kCpu, args.s.dtype, args); }

// Rounding of the stored sum, of the norm's products and of the result; the sums behind dw and db add their own.
double limit(DType dtype) { return 8 * epsilon(dtype); }

TEST(LayerNorm, CpuKernelsAgreeWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t rows : {1, 3, 70}) {
      for (const int64_t dim : test::kRowLengths) {
        const bool has_bias = rows != 3;
        SCOPED_TRACE(fmt::format("{} ({}, {})", name(dtype), rows, dim));
        const Outputs want = run({rows, dim}, dtype, DType::kFloat64, has_bias, ref::layer_norm_forward<double>,
                                 ref::layer_norm_backward<double>);
        const Outputs got = run({rows, dim}, dtype, dtype, has_bias, forward_on_cpu, backward_on_cpu);
        EXPECT_TRUE(test::close(got.s.tensor(), want.s.tensor(), limit(dtype)));
        EXPECT_TRUE(test::close(got.y.tensor(), want.y.tensor(), 2 * limit(dtype)));
        // In a row of one element nothing passes through the norm, but what cancels was rounded: look at all rows.
        const Shape shape = dim == 1 ? Shape{1, rows} : Shape{rows, dim};
        EXPECT_TRUE(test::close(got.ds.tensor().reshape(shape), want.ds.tensor().reshape(shape), 2 * limit(dtype)));
        EXPECT_TRUE(test::close(got.dw.tensor(), want.dw.tensor(), 8 * limit(dtype)));
        if (has_bias) {
          EXPECT_TRUE(test::close(got.db.tensor(), want.db.tensor(), 8 * limit(DType::kFloat32)));
        }
        for (const GuardedOutput* output : got.all()) EXPECT_TRUE(output->guards_intact());
      }
    }
  }
}

TEST(LayerNorm, KeepsItsDigitsWhereTheMeanIsFarLargerThanTheSpread) {
  const Tensor x = normal_inputs({4, 333}, DType::kFloat32, 1);
  for (float& element : x.span<float>()) element += 4096;
  const Tensor w = normal_inputs({333}, DType::kFloat32, 2);
  const auto normalized = [&](DType dtype, auto&& forward) {
    const Tensor y = Tensor::empty(x.shape(), dtype), mean = Tensor::empty({4}, dtype), rstd = empty_like(mean);
    forward(LayerNormForwardArgs{
        x.to(dtype).view(), {}, w.to(dtype).view(), {}, {}, y.view(), mean.view(), rstd.view(), 1e-5});
    return y;
  };
  const Tensor want = normalized(DType::kFloat64, ref::layer_norm_forward<double>);
  // The mean is summed and stored in fp32: 4096 * epsilon of the spread each; nothing else is lost.
  EXPECT_TRUE(test::close(normalized(DType::kFloat32, forward_on_cpu), want, 2 * 4096 * epsilon(DType::kFloat32)));
}

TEST(LayerNorm, AddsToTheGradientsThatAreThere) {
  const Tensor x = normal_inputs({3, 21}, DType::kFloat32, 1), dy = normal_inputs({3, 21}, DType::kFloat32, 2);
  const Tensor w = normal_inputs({21}, DType::kFloat32, 3), y = empty_like(x);
  const Tensor mean = Tensor::empty({3}, DType::kFloat32), rstd = empty_like(mean);
  forward_on_cpu({x.view(), {}, w.view(), {}, {}, y.view(), mean.view(), rstd.view(), 1e-5});
  const auto gradients = [&](bool accumulate) {
    const std::vector<Tensor> out = {normal_inputs({3, 21}, DType::kFloat32, 4),
                                     normal_inputs({21}, DType::kFloat32, 5), normal_inputs({21}, DType::kFloat32, 6)};
    backward_on_cpu({dy.view(),
                     {},
                     x.view(),
                     w.view(),
                     mean.view(),
                     rstd.view(),
                     {out[0].view(), accumulate},
                     {out[1].view(), accumulate},
                     {out[2].view(), accumulate}});
    return out;
  };
  const std::vector<Tensor> alone = gradients(false), added = gradients(true);
  for (size_t i = 0; i < alone.size(); ++i) {
    const Tensor want = normal_inputs(alone[i].shape(), DType::kFloat32, 4 + i);
    for (int64_t e = 0; e < want.num_elements(); ++e) want.data<float>()[e] += alone[i].data<float>()[e];
    EXPECT_TRUE(test::close(added[i], want, 4 * epsilon(DType::kFloat32)));
  }
}

}  // namespace
}  // namespace slm::kernels

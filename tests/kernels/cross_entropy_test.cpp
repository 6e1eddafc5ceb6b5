#include "slm/kernels/cross_entropy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "slm/kernels/ref/cross_entropy.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

constexpr double kScale = 0.25;  // of the gradient

struct Outputs {
  GuardedOutput losses, is_correct, dlogits;

  Outputs(const Shape& shape, DType dtype)
      : losses({shape[0]}, DType::kFloat64), is_correct({shape[0]}, DType::kInt32), dlogits(shape, dtype) {}
};

Tensor scaled(const Tensor& tensor, float factor) {
  const Tensor result = tensor.clone();
  for (float& element : result.span<float>()) element *= factor;
  return result;
}

// Every third row has no target.
Tensor some_targets(int64_t rows, int64_t vocab) {
  const Tensor targets = test::random_ids({rows}, static_cast<int32_t>(vocab), 7);
  for (int64_t row = 2; row < rows; row += 3) targets.data<int32_t>()[row] = -1;
  return targets;
}

// `dlogits`: the dtype of the gradient. The logits are fp32, or fp64 for the reference.
template <class Kernel>
Outputs run(const Tensor& logits, const Tensor& targets, DType dlogits, double smoothing, Kernel&& kernel) {
  Outputs out(logits.shape(), dlogits);
  kernel(CrossEntropyArgs{.logits = logits.view(),
                          .targets = targets.view(),
                          .losses = out.losses.view(),
                          .is_correct = out.is_correct.view(),
                          .dlogits = out.dlogits.view(),
                          .gradient_scale = kScale,
                          .label_smoothing = smoothing});
  for (const GuardedOutput* output : {&out.losses, &out.is_correct, &out.dlogits}) EXPECT_TRUE(output->guards_intact());
  return out;
}

void cpu_kernel(const CrossEntropyArgs& args) { cross_entropy(Device::kCpu, DType::kFloat32, args); }

// Errors are relative to the terms of a loss, of which log_sum has an error of its own, and of a gradient: at the
// target, and under label smoothing, they cancel.
void expect_agreement(const Outputs& got, const Outputs& want, const Tensor& targets, double smoothing, double limit) {
  const Tensor dlogits = got.dlogits.tensor().to(DType::kFloat64);
  const int64_t rows = dlogits.shape()[0], vocab = dlogits.shape()[1];
  for (int64_t row = 0; row < rows; ++row) {
    const double loss = want.losses.tensor().data<double>()[row];
    EXPECT_NEAR(got.losses.tensor().data<double>()[row], loss, 8 * epsilon(DType::kFloat32) * (1 + std::abs(loss)));
    for (int64_t v = 0; v < vocab; ++v) {
      const double gradient = want.dlogits.tensor().data<double>()[row * vocab + v];
      const bool is_target = targets.data<int32_t>()[row] == v;
      const double terms = std::abs(gradient) + kScale * (smoothing / static_cast<double>(vocab) + (is_target ? 1 : 0));
      ASSERT_NEAR(dlogits.data<double>()[row * vocab + v], gradient, limit * terms) << row << ", " << v;
    }
  }
  EXPECT_TRUE(test::same_bits(got.is_correct.tensor(), want.is_correct.tensor()));
}

TEST(CrossEntropy, CpuKernelAgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const double smoothing : {0.0, 0.2}) {
      for (const int64_t vocab : {1, 2, 7, 8, 15, 16, 17, 31, 33, 100, 4095, 4097, 9001}) {
        SCOPED_TRACE(fmt::format("{} gradient, V {}, smoothing {}", name(dtype), vocab, smoothing));
        const Tensor logits = scaled(normal_inputs({7, vocab}, DType::kFloat32, 5), 3),
                     targets = some_targets(7, vocab);
        const Outputs want =
            run(logits.to(DType::kFloat64), targets, DType::kFloat64, smoothing, ref::cross_entropy<double>);
        const Outputs got = run(logits, targets, dtype, smoothing, cpu_kernel);
        // exp of a difference that was rounded, near 20; then the product and the store.
        const double limit = 16 * epsilon(DType::kFloat32) + (dtype == DType::kBFloat16 ? epsilon(dtype) / 2 : 0);
        expect_agreement(got, want, targets, smoothing, limit);
      }
    }
  }
}

TEST(CrossEntropy, WritesTheGradientOverTheLogitsWhereAsked) {
  const Tensor logits = normal_inputs({5, 77}, DType::kFloat32, 5), targets = some_targets(5, 77);
  const Outputs apart = run(logits, targets, DType::kFloat32, 0.1, cpu_kernel);
  const Tensor in_place = logits.clone();
  cpu_kernel({.logits = in_place.view(),
              .targets = targets.view(),
              .losses = apart.losses.view(),
              .is_correct = apart.is_correct.view(),
              .dlogits = in_place.view(),
              .gradient_scale = kScale,
              .label_smoothing = 0.1});
  EXPECT_TRUE(test::same_bits(in_place, apart.dlogits.tensor()));
}

TEST(CrossEntropy, LeavesTheLogitsAloneWithoutAGradient) {
  const Tensor logits = normal_inputs({5, 77}, DType::kFloat32, 5), before = logits.clone(),
               targets = some_targets(5, 77);
  const Outputs with_gradient = run(logits, targets, DType::kFloat32, 0, cpu_kernel);
  const GuardedOutput losses({5}, DType::kFloat64), is_correct({5}, DType::kInt32);
  cpu_kernel({.logits = logits.view(),
              .targets = targets.view(),
              .losses = losses.view(),
              .is_correct = is_correct.view(),
              .dlogits = {},
              .gradient_scale = 1,
              .label_smoothing = 0});
  EXPECT_TRUE(test::same_bits(logits, before));
  EXPECT_TRUE(test::same_bits(losses.tensor(), with_gradient.losses.tensor()));
}

// exp(10^4) is far out of range, and so is exp(-10^4).
TEST(CrossEntropy, StaysFiniteForHugeLogits) {
  for (const float factor : {1e4f, -1e4f, 1e30f}) {
    const Tensor logits = scaled(normal_inputs({6, 50}, DType::kFloat32, 5), factor), targets = some_targets(6, 50);
    const Outputs want = run(logits.to(DType::kFloat64), targets, DType::kFloat64, 0.1, ref::cross_entropy<double>);
    const Outputs got = run(logits, targets, DType::kFloat32, 0.1, cpu_kernel);
    expect_agreement(got, want, targets, 0.1, 16 * epsilon(DType::kFloat32));
  }
}

// A loss of nan is how training learns that something broke.
TEST(CrossEntropy, PassesOnNotANumber) {
  for (const int64_t where : {0, 15, 32}) {
    const Tensor logits = normal_inputs({1, 33}, DType::kFloat32, 5);
    logits.data<float>()[where] = std::nanf("");
    const Outputs got = run(logits, some_targets(1, 33), DType::kFloat32, 0, cpu_kernel);
    EXPECT_TRUE(std::isnan(got.losses.tensor().data<double>()[0])) << where;
  }
}

}  // namespace
}  // namespace slm::kernels

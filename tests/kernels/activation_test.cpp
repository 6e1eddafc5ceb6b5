#include "slm/kernels/activation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "slm/kernels/ref/activation.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

constexpr Activation kAll[] = {Activation::kNone,    Activation::kRelu,        Activation::kGeluTanh,
                               Activation::kGeluErf, Activation::kReluSquared, Activation::kSilu};

// Rising values from -9 to -3 in rows of 16: an error in the tail is measured against the tail.
Tensor tail_values(DType dtype) {
  constexpr int64_t kRows = 3000, kColumns = 16;
  const Tensor x = Tensor::empty({kRows, kColumns}, DType::kFloat64);
  double index = 0;
  for (double& element : x.span<double>()) element = -9 + 6 * index++ / (kRows * kColumns);
  return x.to(dtype);
}

struct Outputs {
  GuardedOutput y, dx;
};

Outputs run_cpu(Activation activation, const Tensor& x, const Tensor& dy) {
  Outputs out = {{x.shape(), x.dtype()}, {x.shape(), x.dtype()}};
  activation_forward(Device::kCpu, x.dtype(), {activation, x.view(), out.y.view()});
  activation_backward(Device::kCpu, x.dtype(), {activation, dy.view(), x.view(), {out.dx.view(), false}});
  return out;
}

Outputs run_ref(Activation activation, const Tensor& x, const Tensor& dy) {
  const Tensor x64 = x.to(DType::kFloat64), dy64 = dy.to(DType::kFloat64);
  Outputs out = {{x.shape(), DType::kFloat64}, {x.shape(), DType::kFloat64}};
  ref::activation_forward<double>({activation, x64.view(), out.y.view()});
  ref::activation_backward<double>({activation, dy64.view(), x64.view(), {out.dx.view(), false}});
  return out;
}

TEST(Activation, CpuKernelsAgreeWithTheReferenceAtEveryRowLength) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Activation activation : kAll) {
      for (const int64_t dim : test::kRowLengths) {
        SCOPED_TRACE(fmt::format("{} {} {}", name(activation), name(dtype), dim));
        const Tensor x = normal_inputs({3, dim}, dtype, 1), dy = normal_inputs({3, dim}, dtype, 2);
        const Outputs want = run_ref(activation, x, dy), got = run_cpu(activation, x, dy);
        // Beside the last rounding: some 6 of the exponential and of the polynomials, in fp32.
        const double limit = epsilon(dtype) / 2 + 6 * epsilon(DType::kFloat32);
        EXPECT_TRUE(test::close(got.y.tensor(), want.y.tensor(), limit));
        EXPECT_TRUE(test::close(got.dx.tensor(), want.dx.tensor(), limit));
        EXPECT_TRUE(got.y.guards_intact());
        EXPECT_TRUE(got.dx.guards_intact());
      }
    }
  }
}

TEST(Activation, TailsKeepTheirRelativePrecision) {
  const Tensor x = tail_values(DType::kFloat32), ones = Tensor::empty(x.shape(), DType::kFloat32);
  for (float& element : ones.span<float>()) element = 1;
  const double eps = epsilon(DType::kFloat32);
  for (const Activation activation : kAll) {
    SCOPED_TRACE(name(activation));
    const Outputs want = run_ref(activation, x, ones), got = run_cpu(activation, x, ones);
    // gelu_tanh's exponent reaches 66 and is itself rounded, as is x^2 in it.
    const double limit = activation == Activation::kGeluTanh ? 66 * eps : 6 * eps;
    EXPECT_TRUE(test::close(got.y.tensor(), want.y.tensor(), limit));
    EXPECT_TRUE(test::close(got.dx.tensor(), want.dx.tensor(), limit));
  }
}

TEST(Activation, NotANumberStaysSoAndInfinityDoesNotBecomeOne) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {kNan, kInf, 1e18f, 3e4f, -1e18f};
  const Tensor x = Tensor::from<float>(values, {5}), dy = Tensor::from<float>(std::vector<float>(5, 1.0f), {5});
  for (const Activation activation : kAll) {
    SCOPED_TRACE(name(activation));
    const Outputs got = run_cpu(activation, x, dy);
    const float* y = got.y.tensor().data<float>();
    EXPECT_TRUE(std::isnan(y[0]));
    EXPECT_EQ(y[1], kInf);
    const bool is_squared = activation == Activation::kReluSquared;
    EXPECT_FLOAT_EQ(y[2], is_squared ? 1e36f : 1e18f);
    EXPECT_FLOAT_EQ(y[3], is_squared ? 9e8f : 3e4f);
    EXPECT_EQ(y[4], activation == Activation::kNone ? -1e18f : 0.0f);
    const float* dx = got.dx.tensor().data<float>();
    EXPECT_FLOAT_EQ(dx[2], is_squared ? 2e18f : 1.0f);
    EXPECT_EQ(dx[4], activation == Activation::kNone ? 1.0f : 0.0f);
  }
}

// Values of PyTorch 2: torch.nn.functional.{gelu(approximate="tanh"), gelu, silu} in float64.
TEST(Activation, TheReferenceHasTheValuesOfPyTorch) {
  struct Case {
    Activation activation;
    double x, value, slope;
  };
  constexpr Case kCases[] = {
      {Activation::kGeluTanh, -2.5, -0.015084266089998577, -0.03795157621266618},
      {Activation::kGeluTanh, 0.75, 0.5799605551656203, 0.9989382561374143},
      {Activation::kGeluErf, -2.5, -0.015524163314440398, -0.03761108590814519},
      {Activation::kGeluErf, 0.75, 0.5800294857173489, 0.9992257217392352},
      {Activation::kSilu, -2.5, -0.18964545005310887, -0.09940111134152683},
      {Activation::kSilu, 0.75, 0.5093840243815447, 0.8425999444967536},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(fmt::format("{} of {}", name(c.activation), c.x));
    const ref::Activated got = ref::activate(c.activation, c.x);
    EXPECT_NEAR(got.value, c.value, 1e-14);
    EXPECT_NEAR(got.slope, c.slope, 1e-14);
  }
}

}  // namespace
}  // namespace slm::kernels

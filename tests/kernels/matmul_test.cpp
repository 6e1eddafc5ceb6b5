#include "slm/kernels/matmul.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "slm/core/parallel.h"
#include "slm/kernels/isa.h"
#include "slm/kernels/ref/matmul.h"
#include "support/close.h"
#include "support/guarded.h"
#include "support/inputs.h"

namespace slm::kernels {
namespace {

using test::GuardedOutput, test::normal_inputs;

struct Case {
  int64_t m, n, k;
  bool is_a_transposed = false, is_b_transposed = false, accumulate = false, has_bias = false, has_relu = false;
};

std::string description(const Case& c) {
  return fmt::format("({}, {}) x ({}, {}){}{}{}{}{}", c.m, c.k, c.k, c.n, c.is_a_transposed ? " A transposed" : "",
                     c.is_b_transposed ? " B transposed" : "", c.accumulate ? " accumulate" : "",
                     c.has_bias ? " bias" : "", c.has_relu ? " relu" : "");
}

// Runs `product` on inputs of `dtype` converted to `computed_in`, and checks the output's guards.
template <class Product>
Tensor run(const Case& c, DType dtype, DType computed_in, DType output, Product&& product) {
  const Shape a_shape = c.is_a_transposed ? Shape{c.k, c.m} : Shape{c.m, c.k};
  const Shape b_shape = c.is_b_transposed ? Shape{c.n, c.k} : Shape{c.k, c.n};
  const Tensor a = normal_inputs(a_shape, dtype, 1).to(computed_in),
               b = normal_inputs(b_shape, dtype, 2).to(computed_in);
  const DType bias_dtype = computed_in == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  const Tensor bias = c.has_bias ? normal_inputs({c.n}, DType::kFloat32, 3).to(bias_dtype) : Tensor();
  const GuardedOutput result({c.m, c.n}, output);
  if (c.accumulate) result.tensor().copy_from(normal_inputs({c.m, c.n}, DType::kFloat32, 4).to(output));
  product(MatmulArgs{.a = a.view(),
                     .b = b.view(),
                     .bias = bias.view(),
                     .c = result.view(),
                     .is_a_transposed = c.is_a_transposed,
                     .is_b_transposed = c.is_b_transposed,
                     .accumulate = c.accumulate,
                     .has_relu = c.has_relu});
  EXPECT_TRUE(result.guards_intact());
  return result.tensor().clone();
}

void expect_agreement(const Case& c, DType dtype, DType output) {
  SCOPED_TRACE(fmt::format("{} {} -> {}", description(c), name(dtype), name(output)));
  const Tensor want = run(c, dtype, DType::kFloat64, DType::kFloat64, ref::matmul<double>);
  const Tensor got = run(c, dtype, dtype, output, [&](const MatmulArgs& args) { matmul(Device::kCpu, dtype, args); });
  // The output's rounding, and K fp32 roundings of partial sums whose size is that of the row, adding up at random. An
  // accumulated bf16 output (none is in use) would round once more.
  const double sums = 2 * (4 + std::sqrt(static_cast<double>(c.k))) * epsilon(DType::kFloat32);
  EXPECT_TRUE(test::close(got, want, sums + (output == DType::kBFloat16 ? epsilon(DType::kBFloat16) : 0)));
}

// Of inputs and output.
std::vector<std::pair<DType, DType>> dtypes() {
  std::vector<std::pair<DType, DType>> result = {{DType::kFloat32, DType::kFloat32}};
  if (has_native_bf16()) {
    result.emplace_back(DType::kBFloat16, DType::kBFloat16);
    result.emplace_back(DType::kBFloat16, DType::kFloat32);
  }
  return result;
}

TEST(Matmul, AgreesWithTheReferenceInEveryLayout) {
  for (const auto& [dtype, output] : dtypes()) {
    for (const auto [m, n, k] : {std::array<int64_t, 3>{1, 1, 1},
                                 {1, 5, 3},
                                 {5, 1, 33},
                                 {3, 17, 1},
                                 {7, 31, 67},
                                 {33, 64, 128},
                                 {67, 130, 257},
                                 {129, 48, 96}}) {
      for (const bool is_a_transposed : {false, true}) {
        for (const bool is_b_transposed : {false, true}) {
          expect_agreement({m, n, k, is_a_transposed, is_b_transposed}, dtype, output);
        }
      }
    }
  }
}

// The three products of a linear layer, as ops/linear calls them.
TEST(Matmul, AddsABiasClampsAndAccumulates) {
  for (const auto& [dtype, output] : dtypes()) {
    for (const auto [rows, in, out] :
         {std::array<int64_t, 3>{1, 1, 1}, {2, 3, 5}, {65, 33, 67}, {128, 64, 192}, {200, 96, 31}}) {
      for (const bool has_relu : {false, true}) {
        expect_agreement(
            {.m = rows, .n = out, .k = in, .is_b_transposed = true, .has_bias = true, .has_relu = has_relu}, dtype,
            output);
        expect_agreement({.m = rows, .n = out, .k = in, .is_b_transposed = true, .has_relu = has_relu}, dtype, output);
      }
      if (output == DType::kBFloat16) continue;  // gradients gather in fp32
      expect_agreement({.m = rows, .n = in, .k = out, .accumulate = true}, dtype, output);
      expect_agreement({.m = out, .n = in, .k = rows, .is_a_transposed = true, .accumulate = true}, dtype, output);
    }
  }
}

TEST(Matmul, OfNothingIsTheBiasOrWhatWasThere) {
  for (const auto& [dtype, output] : dtypes()) {
    expect_agreement({.m = 3, .n = 5, .k = 0}, dtype, output);
    expect_agreement({.m = 3, .n = 5, .k = 0, .has_bias = true, .has_relu = true}, dtype, output);
    expect_agreement({.m = 3, .n = 5, .k = 0, .accumulate = true}, dtype, output);
    expect_agreement({.m = 0, .n = 5, .k = 4}, dtype, output);
    expect_agreement({.m = 5, .n = 0, .k = 4}, dtype, output);
  }
}

TEST(Matmul, GivesTheSameBitsEveryTime) {
  for (const auto& [dtype, output] : dtypes()) {
    const Case weight_gradient = {.m = 96, .n = 64, .k = 1000, .is_a_transposed = true, .accumulate = true};
    const auto compute = [&] {
      return run(weight_gradient, dtype, dtype, output,
                 [&](const MatmulArgs& args) { matmul(Device::kCpu, dtype, args); });
    };
    const Tensor first = compute();
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(test::same_bits(compute(), first));
  }
}

// Working memory is divided among the threads that there were when a product was compiled.
TEST(Matmul, FollowsAChangeOfTheNumberOfThreads) {
  const int before = num_threads();
  for (const DType dtype : {dtypes().front().first, dtypes().back().first}) {
    for (const int threads : {1, 2, 1}) {
      set_num_threads(threads);
      expect_agreement({.m = 128, .n = 96, .k = 2000, .is_a_transposed = true, .accumulate = true}, dtype,
                       DType::kFloat32);
    }
  }
  set_num_threads(before);
}

}  // namespace
}  // namespace slm::kernels

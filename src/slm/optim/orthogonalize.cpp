#include "slm/optim/orthogonalize.h"

#include <algorithm>
#include <cmath>

#include "slm/kernels/matmul.h"
#include "slm/kernels/scaled_add.h"
#include "slm/kernels/squared_norm.h"

namespace slm::optim {
namespace {

constexpr double kA = 3.4445, kB = -4.7750, kC = 2.0315;  // steepest at zero: small singular values grow fastest
constexpr double kSmallestNorm = 1e-7;

// y = alpha * a + beta * b; y may be either.
void combine(double alpha, const Tensor& a, double beta, const Tensor& b, const Tensor& y) {
  kernels::scaled_add(y.device(), y.dtype(),
                      {.a = a.view(), .b = b.view(), .y = y.view(), .copy = {}, .alpha = alpha, .beta = beta});
}

double frobenius_norm(const Tensor& x) {
  const Tensor sum = Tensor::empty({1}, DType::kFloat64);
  kernels::squared_norm(x.device(), x.dtype(), {.x = x.view(), .sum = sum.view()});
  return std::sqrt(*sum.data<double>());
}

}  // namespace

Tensor orthogonalize(const Tensor& matrix, int num_iterations) {
  const int64_t num_rows = matrix.shape()[0], num_columns = matrix.shape()[1];
  // A is taken on the smaller side: X X^T with (b A + c A^2) to the left of X, or X^T X with it to the right.
  const bool is_tall = num_rows > num_columns;
  const int64_t side = std::min(num_rows, num_columns);
  const Tensor gram = Tensor::empty({side, side}, matrix.dtype(), matrix.device()), polynomial = empty_like(gram);
  Tensor x = empty_like(matrix), next = empty_like(matrix);
  combine(1.0 / std::max(frobenius_norm(matrix), kSmallestNorm), matrix, 0.0, matrix, x);
  for (int i = 0; i < num_iterations; ++i) {
    kernels::matmul(x.device(), x.dtype(),
                    {.a = x.view(),
                     .b = x.view(),
                     .bias = {},
                     .c = gram.view(),
                     .is_a_transposed = is_tall,
                     .is_b_transposed = !is_tall});
    kernels::matmul(x.device(), x.dtype(), {.a = gram.view(), .b = gram.view(), .bias = {}, .c = polynomial.view()});
    combine(kB, gram, kC, polynomial, polynomial);
    const Tensor &left = is_tall ? x : polynomial, &right = is_tall ? polynomial : x;
    kernels::matmul(x.device(), x.dtype(), {.a = left.view(), .b = right.view(), .bias = {}, .c = next.view()});
    combine(1.0, next, kA, x, next);
    std::swap(x, next);
  }
  return x;
}

}  // namespace slm::optim

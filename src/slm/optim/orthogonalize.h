#pragma once

#include "slm/tensor/tensor.h"

namespace slm::optim {

// The matrix with its singular values brought near 1 (to 0.7 - 1.2 after five iterations, most of them), by the quintic
// Newton-Schulz iteration of Muon: X = matrix / |matrix|, then X = a X + (b A + c A^2) X with A = X X^T and
// (a, b, c) = (3.4445, -4.7750, 2.0315). Fp32 or fp64. A matrix of zeros stays one. With n the smaller and m the larger
// side, an iteration takes 4 n^2 m + 2 n^3 operations.
Tensor orthogonalize(const Tensor& matrix, int num_iterations);

}  // namespace slm::optim

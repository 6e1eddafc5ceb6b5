#pragma once

#include "slm/nn/parameter.h"

namespace slm::nn {

// The shape of a part as state dicts have it.
Shape part_shape(const Parameter& parameter, const ParameterPart& part);

// The part of `whole`, which has the parameter's shape (its master, gradient or an optimizer moment), as state dicts
// have it. Shares the storage of `whole` unless it has to be transposed.
Tensor extract_part(const Tensor& whole, const ParameterPart& part);

// Writes a part that came from a state dict into `whole`.
void insert_part(const Tensor& whole, const ParameterPart& part, const Tensor& value);

}  // namespace slm::nn

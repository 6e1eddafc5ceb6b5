#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <span>
#include <vector>

#include "slm/autograd/variable.h"

namespace slm::test {

using DifferentiableFunction = std::function<std::vector<Variable>(std::span<const Variable> inputs)>;

// Compares the gradients that the tape gives for every element of every input with central differences, all in fp64:
// d/dx of sum over outputs of <output, fixed random weights>. Inputs must be fp64. Step 1e-5 leaves an error of about
// 1e-10 for well-scaled functions; `limit` is for the error that close() defines.
testing::AssertionResult gradients_match(const DifferentiableFunction& fn, std::vector<Tensor> inputs,
                                         double limit = 1e-7);

}  // namespace slm::test

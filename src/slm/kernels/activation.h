#pragma once

#include <cstdint>
#include <string_view>

#include "slm/kernels/kernel_slot.h"
#include "slm/kernels/view.h"

namespace slm::kernels {

// The nonlinearity of a feed-forward layer.
//   kNone         x
//   kRelu         max(x, 0)
//   kGeluTanh     x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))     (Hendrycks and Gimpel, arXiv:1606.08415)
//   kGeluErf      x/2 * (1 + erf(x / sqrt(2)))
//   kReluSquared  max(x, 0)^2                                           (So et al., arXiv:2109.08668)
//   kSilu         x / (1 + exp(-x))
enum class Activation : uint8_t { kNone, kRelu, kGeluTanh, kGeluErf, kReluSquared, kSilu };
inline constexpr int kNumActivations = 6;

std::string_view name(Activation activation);  // "none", "relu", "gelu_tanh", "gelu_erf", "relu_squared", "silu"

// y = f(x), elementwise; one dtype. y may be x itself. 8 bytes per element in fp32.
struct ActivationForwardArgs {
  Activation activation;
  ConstView x;
  View y;
};

// dx = dy * f'(x). dx may be dy or x itself. f' of relu at 0 is 0. 12 bytes per element in fp32.
struct ActivationBackwardArgs {
  Activation activation;
  ConstView dy;
  ConstView x;  // of the forward pass
  GradView dx;
};

inline KernelSlot<ActivationForwardArgs> activation_forward{"activation_forward"};
inline KernelSlot<ActivationBackwardArgs> activation_backward{"activation_backward"};

}  // namespace slm::kernels

#include "slm/kernels/activation.h"

#include <array>

namespace slm::kernels {
namespace {

constexpr std::array<std::string_view, kNumActivations> kNames = {"none",     "relu",         "gelu_tanh",
                                                                  "gelu_erf", "relu_squared", "silu"};

}  // namespace

std::string_view name(Activation activation) { return kNames[static_cast<size_t>(activation)]; }

}  // namespace slm::kernels

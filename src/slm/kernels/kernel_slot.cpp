#include "slm/kernels/kernel_slot.h"

#include <fmt/format.h>

#include "slm/core/error.h"

namespace slm::kernels {

void throw_empty_slot(std::string_view kernel, Device device, DType dtype) {
  throw Error(fmt::format("[{}] no kernel for {} {} in this build; use another device or precision", kernel,
                          name(device), name(dtype)));
}

}  // namespace slm::kernels

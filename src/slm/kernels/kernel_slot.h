#pragma once

#include <array>
#include <string_view>

#include "slm/core/device.h"
#include "slm/core/dtype.h"

namespace slm::kernels {

// Throws Error: "[rms_norm_forward] no kernel for cuda bfloat16: ...".
[[noreturn]] void throw_empty_slot(std::string_view name, Device device, DType dtype);

// One operation's implementations, by device and by the dtype of its activations. Filled by register_*_kernels() before
// any thread starts and read-only from then on.
template <class Args>
class KernelSlot {
 public:
  using Function = void (*)(const Args&);

  explicit constexpr KernelSlot(std::string_view name) : name_(name) {}

  void set(Device device, DType dtype, Function function) { entry(device, dtype) = function; }

  void operator()(Device device, DType dtype, const Args& args) const {
    const Function function = functions_[static_cast<size_t>(device)][static_cast<size_t>(dtype)];
    if (function == nullptr) throw_empty_slot(name_, device, dtype);
    function(args);
  }

 private:
  Function& entry(Device device, DType dtype) {
    return functions_[static_cast<size_t>(device)][static_cast<size_t>(dtype)];
  }

  std::string_view name_;
  std::array<std::array<Function, kNumDTypes>, kNumDevices> functions_{};
};

}  // namespace slm::kernels

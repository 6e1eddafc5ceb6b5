#pragma once

#include <cstdint>
#include <string_view>

namespace slm {

// Where a tensor's bytes are and its kernels run.
enum class Device : uint8_t { kCpu, kCuda };
inline constexpr int kNumDevices = 2;

inline std::string_view name(Device device) { return device == Device::kCpu ? "cpu" : "cuda"; }

}  // namespace slm

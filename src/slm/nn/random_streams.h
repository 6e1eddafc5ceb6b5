#pragma once

#include <cstdint>

namespace slm::nn {

// The Philox streams of a model (core/philox.h): who draws from which. Other layers number theirs from kFirstFreeStream
// on.
inline constexpr uint32_t kInitializerStream = 0x10000;  // + index of the parameter
inline constexpr uint32_t kDropoutStream = 0x20000;      // + 8 * layer + place
inline constexpr uint32_t kFirstFreeStream = 0x80000;

}  // namespace slm::nn

#pragma once

#include <cstdint>

namespace slm::data {

// The Philox streams that this layer draws from. They must differ from each other and from those of all other layers.
inline constexpr uint32_t kShuffleStream = 0xDA7A0001;
inline constexpr uint32_t kRandomWindowStream = 0xDA7A0002;
inline constexpr uint32_t kStoriesStream = 0xDA7A0003;
inline constexpr uint32_t kMixStream = 0xDA7A0004;
inline constexpr uint32_t kMixedShuffleStream = 0xDA7B0000;  // plus the number of the source in its mix

}  // namespace slm::data

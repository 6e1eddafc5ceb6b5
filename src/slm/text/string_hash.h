#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace slm::text {

// 64 mixed bits of a short string, eight bytes at a step. Not for keys that an opponent chooses: callers bound what a
// collision costs.
inline uint64_t hash_bytes(std::string_view bytes) {
  constexpr uint64_t kA = 0x9E3779B97F4A7C15u, kB = 0xD6E8FEB86659FD93u;
  uint64_t hash = bytes.size() * kA;
  const auto mix = [&](uint64_t word) {
    hash = (hash ^ word) * kB;
    hash ^= hash >> 32;
  };
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    mix(word);
  }
  uint64_t word = 0;
  std::memcpy(&word, at, left);
  mix(word);
  return hash * kA;
}

}  // namespace slm::text

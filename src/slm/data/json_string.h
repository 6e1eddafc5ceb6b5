#pragma once

#include <cstddef>
#include <cstdint>

namespace slm::data {

// Strings of JSON (RFC 8259), 64 bytes at a time. `at` is behind the opening quote; each returns the place behind the
// closing one, or nullptr where the text up to `end` is no such string. Bytes that are not UTF-8 pass.
struct JsonStrings {
  const char* (*skip)(const char* at, const char* end);

  // Writes what the string stands for and moves `out` behind it. There must be room for end - at + kRoom bytes. Half of
  // a surrogate pair becomes U+FFFD and is added to `num_replaced`.
  const char* (*decode)(const char* at, const char* end, char*& out, int64_t& num_replaced);

  static constexpr ptrdiff_t kRoom = 64;
};

// What runs on any processor.
extern const JsonStrings portable_json_strings;
// The same with AVX-512; null where kernels::has_avx512() said no when this was first called.
const JsonStrings* avx512_json_strings();

}  // namespace slm::data

#include "slm/core/dtype.h"

#include <array>
#include <cassert>
#include <cmath>

namespace slm {
namespace {

struct DTypeTraits {
  std::string_view name;
  int64_t size_bytes;
  double epsilon;  // 0 for integers
};

const DTypeTraits& traits(DType dtype) {
  static constexpr std::array<DTypeTraits, kNumDTypes> kTraits = {{
      {"float32", 4, 0x1p-23},
      {"float64", 8, 0x1p-52},
      {"bfloat16", 2, 0x1p-7},
      {"float16", 2, 0x1p-10},
      {"uint8", 1, 0},
      {"uint16", 2, 0},
      {"int32", 4, 0},
      {"int64", 8, 0},
  }};
  return kTraits[static_cast<size_t>(dtype)];
}

}  // namespace

int64_t size_bytes(DType dtype) { return traits(dtype).size_bytes; }

std::string_view name(DType dtype) { return traits(dtype).name; }

bool is_floating_point(DType dtype) { return traits(dtype).epsilon > 0; }

double epsilon(DType dtype) {
  assert(is_floating_point(dtype));
  return traits(dtype).epsilon;
}

}  // namespace slm

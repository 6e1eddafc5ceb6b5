#include "support/guarded.h"

#include <algorithm>
#include <cstring>

#include "support/inputs.h"

namespace slm::test {
namespace {

constexpr int64_t kGuardElements = 65;  // odd: the output is never aligned to a vector
constexpr unsigned char kGuardByte = 0xA5;

}  // namespace

GuardedOutput::GuardedOutput(const Shape& shape, DType dtype) {
  const int64_t count = shape.num_elements();
  buffer_ = Tensor::empty({count + 2 * kGuardElements}, dtype);
  std::memset(buffer_.raw(), kGuardByte, static_cast<size_t>(buffer_.size_bytes()));
  const Tensor elements = buffer_.slice(kGuardElements, count);
  std::memset(elements.raw(), 0xFF, static_cast<size_t>(elements.size_bytes()));  // a NaN in every float format
  tensor_ = elements.reshape(shape);
}

testing::AssertionResult GuardedOutput::guards_intact() const {
  const auto* bytes = static_cast<const unsigned char*>(buffer_.raw());
  const auto guard_bytes = static_cast<size_t>(kGuardElements * size_bytes(buffer_.dtype()));
  const auto size = static_cast<size_t>(buffer_.size_bytes());
  for (size_t i = 0; i < size; ++i) {
    if (i == guard_bytes) i = size - guard_bytes;
    if (bytes[i] == kGuardByte) continue;
    return testing::AssertionFailure() << "wrote " << (i < guard_bytes ? "before" : "past") << " the output, at byte "
                                       << static_cast<int64_t>(i) - static_cast<int64_t>(guard_bytes) << " of "
                                       << size - 2 * guard_bytes;
  }
  return testing::AssertionSuccess();
}

GuardedOutput in_place(const Shape& shape, DType dtype, uint64_t seed) {
  GuardedOutput output(shape, dtype);
  output.tensor().copy_from(normal_inputs(shape, DType::kFloat32, seed));
  return output;
}

}  // namespace slm::test

#include "slm/kernels/copy_heads.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/guarded.h"

namespace slm::kernels {
namespace {

constexpr int64_t kBatch = 2, kHeads = 3, kRows = 4, kWidth = 5;
constexpr int64_t kCapacity = 9, kPast = 2;  // rows of a cache, and of them filled before

// Numbers below 2^8, exact in every dtype, each another one.
double number(int64_t b, int64_t h, int64_t t, int64_t e) {
  return static_cast<double>(((b * kHeads + h) * kRows + t) * kWidth + e);
}

// From packed rows (B, T, 2 * heads * E), of which the heads are the latter half, into a cache (B, heads, capacity, E).
TEST(CopyHeadsKernel, MovesEveryElementToItsPlaceAndTouchesNoOther) {
  for (const DType dtype : {DType::kFloat32, DType::kFloat64, DType::kBFloat16}) {
    SCOPED_TRACE(name(dtype));
    const Tensor packed = Tensor::zeros({kBatch, kRows, 2, kHeads, kWidth}, DType::kFloat64);
    double* next = packed.data<double>();
    for (int64_t b = 0; b < kBatch; ++b) {
      for (int64_t t = 0; t < kRows; ++t) {
        next += kHeads * kWidth;
        for (int64_t h = 0; h < kHeads; ++h) {
          for (int64_t e = 0; e < kWidth; ++e) *next++ = number(b, h, t, e);
        }
      }
    }
    const Tensor from = packed.to(dtype);
    const test::GuardedOutput cache({kBatch, kHeads, kCapacity, kWidth}, dtype);
    cache.tensor().copy_from([] {
      const Tensor all = Tensor::empty({kBatch, kHeads, kCapacity, kWidth}, DType::kFloat64);
      for (double& value : all.span<double>()) value = -1;
      return all;
    }());
    const int64_t size = size_bytes(dtype), row = 2 * kHeads * kWidth;
    const ConstHeads source = {.data = static_cast<const char*>(from.raw()) + kHeads * kWidth * size,
                               .batch_stride = kRows * row,
                               .head_stride = kWidth,
                               .row_stride = row};
    const Heads target = {.data = static_cast<char*>(cache.tensor().raw()) + kPast * kWidth * size,
                          .batch_stride = kHeads * kCapacity * kWidth,
                          .head_stride = kCapacity * kWidth,
                          .row_stride = kWidth};
    copy_heads(
        Device::kCpu, dtype,
        {.from = source, .to = target, .batch = kBatch, .num_heads = kHeads, .num_rows = kRows, .head_dim = kWidth});
    const Tensor got = cache.tensor().to(DType::kFloat64);
    const double* value = got.data<double>();
    for (int64_t b = 0; b < kBatch; ++b) {
      for (int64_t h = 0; h < kHeads; ++h) {
        for (int64_t t = 0; t < kCapacity; ++t) {
          for (int64_t e = 0; e < kWidth; ++e, ++value) {
            const bool is_copied = t >= kPast && t < kPast + kRows;
            EXPECT_EQ(*value, is_copied ? number(b, h, t - kPast, e) : -1) << b << " " << h << " " << t << " " << e;
          }
        }
      }
    }
    EXPECT_TRUE(cache.guards_intact());
  }
}

}  // namespace
}  // namespace slm::kernels

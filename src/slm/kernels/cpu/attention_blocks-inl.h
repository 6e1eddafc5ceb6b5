// What attention's forward and backward kernels are built from: packed blocks of queries and keys, register-blocked
// products of them, and the exponential. Included once per Highway target.
#if defined(SLM_KERNELS_CPU_ATTENTION_BLOCKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLM_KERNELS_CPU_ATTENTION_BLOCKS_INL_H_
#undef SLM_KERNELS_CPU_ATTENTION_BLOCKS_INL_H_
#else
#define SLM_KERNELS_CPU_ATTENTION_BLOCKS_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "slm/core/bfloat16.h"
#include "slm/kernels/attention.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

// A tile of a product is kTileRows x kTileColumns fp32 sums in registers: two vectors wide, as high as the registers
// allow (16 of them up to AVX2, else 32).
constexpr int64_t kTileRows = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ? 6 : 12;
constexpr int64_t kTileColumns = 2 * static_cast<int64_t>(HWY_LANES(float));

// Queries and keys per block, multiples of every tile's sides. A block of keys, one of queries and the scores between
// them stay in the first- and second-level cache.
constexpr int64_t kBlockQueries = 48;
constexpr int64_t kBlockKeys = 96;

// Rows of E elements are packed as slices of 64 columns, one after another, so that distances inside a slice are known
// to the compiler. Columns up to the next multiple of kTileColumns are zero.
constexpr int64_t kSlice = 64;

inline int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

struct Slices {
  float* data;
  int64_t stride;  // from one slice to the next: 64 * rows

  float* row(int64_t slice, int64_t r) const { return data + slice * stride + r * kSlice; }
};

inline int64_t num_slices(int64_t head_dim) { return (head_dim + kSlice - 1) / kSlice; }
inline int64_t slice_columns(int64_t head_dim, int64_t slice) { return std::min(kSlice, head_dim - slice * kSlice); }

template <class T>
void pack_rows(const T* from, int64_t row_stride, int64_t count, int64_t head_dim, float factor, const Slices& to) {
  const F32 d;
  const VF32 scale = hn::Set(d, factor);
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t s = 0; s < num_slices(head_dim); ++s) {
    const int64_t columns = slice_columns(head_dim, s), padded = round_up(columns, kTileColumns);
    for (int64_t r = 0; r < count; ++r) {
      const T* source = from + r * row_stride + s * kSlice;
      float* target = to.row(s, r);
      for (int64_t e = 0; e < padded; e += lanes) {
        const int64_t left = std::clamp<int64_t>(columns - e, 0, lanes);
        const VF32 value = left == 0 ? hn::Zero(d) : load_some(d, source + e, left);
        store(d, hn::Mul(value, scale), target + e);
      }
    }
  }
}

inline void zero_rows(const Slices& to, int64_t begin, int64_t end, int64_t head_dim) {
  for (int64_t s = 0; s < num_slices(head_dim); ++s) {
    const int64_t padded = round_up(slice_columns(head_dim, s), kTileColumns);
    for (int64_t r = begin; r < end; ++r) std::fill_n(to.row(s, r), padded, 0.0f);
  }
}

// to = factor * from, or to += factor * from.
template <class T>
void unpack_row(const Slices& from, int64_t r, int64_t head_dim, float factor, bool accumulate, T* to) {
  const F32 d;
  const VF32 scale = hn::Set(d, factor);
  for (int64_t s = 0; s < num_slices(head_dim); ++s) {
    const float* source = from.row(s, r);
    T* target = to + s * kSlice;
    for_each_vector(d, slice_columns(head_dim, s), [=](int64_t e, int64_t lanes) HWY_ATTR {
      VF32 value = hn::Mul(load(d, source + e), scale);
      if (accumulate) value = hn::Add(value, load_some(d, target + e, lanes));
      store_some(d, value, target + e, lanes);
    });
  }
}

#if HWY_TARGET == HWY_SCALAR

constexpr int64_t kTransposed = 0;  // rows and columns that transpose_square() takes at once
template <class T>
void transpose_square(const T*, int64_t, float*) {}

#else

constexpr int64_t kTransposed = 4;
using F32x4 = hn::Full128<float>;

HWY_INLINE hn::Vec<F32x4> load4(const float* from) { return hn::LoadU(F32x4(), from); }
HWY_INLINE hn::Vec<F32x4> load4(const BFloat16* from) {
  const hn::RebindToUnsigned<F32x4> d32;
  const hn::Rebind<uint16_t, F32x4> d16;
  const auto bits = hn::LoadU(d16, reinterpret_cast<const uint16_t*>(from));
  return hn::BitCast(F32x4(), hn::ShiftLeft<16>(hn::PromoteTo(d32, bits)));
}

// to[e * kTileColumns + r] = from[r][e] for r and e in [0, 4).
template <class T>
HWY_INLINE void transpose_square(const T* from, int64_t row_stride, float* to) {
  const F32x4 d;
  const auto r0 = load4(from), r1 = load4(from + row_stride);
  const auto r2 = load4(from + 2 * row_stride), r3 = load4(from + 3 * row_stride);
  const auto lower01 = hn::InterleaveLower(d, r0, r1), lower23 = hn::InterleaveLower(d, r2, r3);
  const auto upper01 = hn::InterleaveUpper(d, r0, r1), upper23 = hn::InterleaveUpper(d, r2, r3);
  hn::StoreU(hn::ConcatLowerLower(d, lower23, lower01), d, to);
  hn::StoreU(hn::ConcatUpperUpper(d, lower23, lower01), d, to + kTileColumns);
  hn::StoreU(hn::ConcatLowerLower(d, upper23, upper01), d, to + 2 * kTileColumns);
  hn::StoreU(hn::ConcatUpperUpper(d, upper23, upper01), d, to + 3 * kTileColumns);
}

#endif

// Panels of kTileColumns rows each, transposed: row r's element e goes to
// to[(r / kTileColumns * head_dim + e) * kTileColumns + r % kTileColumns]; zero for the rows that fill the last panel.
template <class T>
void pack_transposed(const T* from, int64_t row_stride, int64_t count, int64_t head_dim, float* to) {
  constexpr int64_t kStep = std::min<int64_t>(4, kTileColumns);
  for (int64_t r = 0; r < round_up(count, kTileColumns); r += kStep) {
    const T* source = from + r * row_stride;
    float* target = to + r / kTileColumns * head_dim * kTileColumns + r % kTileColumns;
    const int64_t rows = std::clamp<int64_t>(count - r, 0, kStep);
    int64_t e = 0;
    if (rows == kTransposed) {
      for (; e + 4 <= head_dim; e += 4) transpose_square(source + e, row_stride, target + e * kTileColumns);
    }
    for (; e < head_dim; ++e) {
      for (int64_t i = 0; i < kStep; ++i) {
        target[e * kTileColumns + i] = i < rows ? static_cast<float>(source[i * row_stride + e]) : 0.0f;
      }
    }
  }
}

// c0[r], c1[r] += sum over i < count of a(r, i) * b(i), with a(r, i) = a[r * kRowStep + i * kStep] and b(i) the two
// vectors at b + i * kBStep. All loops over r unroll: the sums live in registers.
template <int64_t kRowStep, int64_t kStep, int64_t kBStep, size_t... r>
HWY_INLINE void multiply_add(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, int64_t count, VF32* c0,
                             VF32* c1, std::index_sequence<r...>) {
  const F32 d;
  for (int64_t i = 0; i < count; ++i) {
    const VF32 b0 = hn::LoadU(d, b), b1 = hn::LoadU(d, b + hn::Lanes(d));
    ((c0[r] = hn::MulAdd(hn::Set(d, a[static_cast<int64_t>(r) * kRowStep]), b0, c0[r]),
      c1[r] = hn::MulAdd(hn::Set(d, a[static_cast<int64_t>(r) * kRowStep]), b1, c1[r])),
     ...);
    a += kStep;
    b += kBStep;
  }
}

using TileRows = std::make_index_sequence<static_cast<size_t>(kTileRows)>;

template <size_t... r>
HWY_INLINE void load_tile(const float* from, int64_t stride, VF32* c0, VF32* c1, std::index_sequence<r...>) {
  const F32 d;
  ((c0[r] = hn::LoadU(d, from + static_cast<int64_t>(r) * stride),
    c1[r] = hn::LoadU(d, from + static_cast<int64_t>(r) * stride + hn::Lanes(d))),
   ...);
}

template <size_t... r>
HWY_INLINE void store_tile(float* to, int64_t stride, const VF32* c0, const VF32* c1, std::index_sequence<r...>) {
  const F32 d;
  ((hn::StoreU(c0[r], d, to + static_cast<int64_t>(r) * stride),
    hn::StoreU(c1[r], d, to + static_cast<int64_t>(r) * stride + hn::Lanes(d))),
   ...);
}

// scores[r][c] = a[row + r] . b[c] for one tile's height of rows and the columns of [column_begin, column_end), both
// multiples of kTileColumns. `transposed` is what pack_transposed() wrote; scores have kBlockKeys columns.
inline void dot_products(const Slices& a, int64_t row, const float* transposed, int64_t column_begin,
                         int64_t column_end, int64_t head_dim, float* scores) {
  const F32 d;
  for (int64_t column = column_begin; column < column_end; column += kTileColumns) {
    VF32 c0[kTileRows], c1[kTileRows];
    for (int64_t r = 0; r < kTileRows; ++r) c0[r] = c1[r] = hn::Zero(d);
    const float* panel = transposed + column * head_dim;
    for (int64_t s = 0; s < num_slices(head_dim); ++s) {
      multiply_add<kSlice, 1, kTileColumns>(a.row(s, row), panel + s * kSlice * kTileColumns,
                                            slice_columns(head_dim, s), c0, c1, TileRows());
    }
    store_tile(scores + column, kBlockKeys, c0, c1, TileRows());
  }
}

// to[to_row + r] += sum over i < count of a(r, i) * b[b_row + i], for one tile's height of rows.
template <int64_t kRowStep, int64_t kStep>
void add_products(const float* a, const Slices& b, int64_t b_row, int64_t count, int64_t head_dim, const Slices& to,
                  int64_t to_row) {
  for (int64_t s = 0; s < num_slices(head_dim); ++s) {
    for (int64_t e = 0; e < slice_columns(head_dim, s); e += kTileColumns) {
      VF32 c0[kTileRows], c1[kTileRows];
      float* target = to.row(s, to_row) + e;
      load_tile(target, kSlice, c0, c1, TileRows());
      multiply_add<kRowStep, kStep, kSlice>(a, b.row(s, b_row) + e, count, c0, c1, TileRows());
      store_tile(target, kSlice, c0, c1, TileRows());
    }
  }
}

// What the next head will read and write, brought into the cache row by row while this one is computed. Short sequences
// spend more time waiting for memory than computing otherwise: the rows of one head lie far apart.
class Upcoming {
 public:
  // Nothing is requested for heads so long that they would push this head's rows out of the cache.
  explicit Upcoming(const AttentionSize& size) : size_(size), fits_(size.num_queries * size.head_dim <= 16384) {}

  // The head after `head` of sequence b, of `num_heads` per sequence; none after the last.
  void add(const ConstHeads& heads, int64_t num_heads, int64_t b, int64_t head) {
    const int64_t next = b * num_heads + head + 1;
    if (!fits_ || next == size_.batch * num_heads) return;
    const int64_t element = size_bytes(size_.dtype);
    rows_[count_++] = {heads.rows<char>(0, 0) +
                           (next / num_heads * heads.batch_stride + next % num_heads * heads.head_stride) * element,
                       heads.row_stride * element};
  }

  void request(int64_t row) const {
    const int64_t row_bytes = size_.head_dim * size_bytes(size_.dtype);
    for (int i = 0; i < count_; ++i) {
      for (int64_t at = 0; at < row_bytes; at += 64) hwy::Prefetch(rows_[i].data + row * rows_[i].stride + at);
    }
  }

 private:
  struct Rows {
    const char* data;
    int64_t stride;  // in bytes
  };
  AttentionSize size_;
  bool fits_;
  int count_ = 0;
  Rows rows_[8];
};

// 2^x within 2 units in the last place for x in [-126, 128); 0 below; NaN stays NaN. x = n + f with |f| <= 1/2, and the
// polynomial is the one of degree 6 with the smallest relative error (2e-9) for 2^f.
HWY_INLINE VF32 exp2(F32 d, VF32 x) {
  const hn::RebindToSigned<F32> di;
  const VF32 magic = hn::Set(d, 12582912.0f);  // 1.5 * 2^23: adding it rounds x to an integer, left in the low bits
  const VF32 shifted = hn::Add(x, magic);
  const VF32 f = hn::Sub(x, hn::Sub(shifted, magic));
  VF32 y = hn::Set(d, 1.5345811e-4f);
  y = hn::MulAdd(y, f, hn::Set(d, 1.3399931e-3f));
  y = hn::MulAdd(y, f, hn::Set(d, 9.6184890e-3f));
  y = hn::MulAdd(y, f, hn::Set(d, 5.5503286e-2f));
  y = hn::MulAdd(y, f, hn::Set(d, 2.4022646e-1f));
  y = hn::MulAdd(y, f, hn::Set(d, 6.9314720e-1f));
  y = hn::MulAdd(y, f, hn::Set(d, 1.0f));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted));
  const VF32 power = hn::BitCast(d, hn::Add(hn::BitCast(di, y), exponent));
  return hn::IfThenElse(hn::Lt(x, hn::Set(d, -126.0f)), hn::Zero(d), power);
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target

// The activations and their slopes on fp32 vectors. Included once per Highway target.
#if defined(SLM_KERNELS_CPU_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLM_KERNELS_CPU_ACTIVATION_INL_H_
#undef SLM_KERNELS_CPU_ACTIVATION_INL_H_
#else
#define SLM_KERNELS_CPU_ACTIVATION_INL_H_
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <type_traits>

#include "slm/kernels/activation.h"
#include "slm/kernels/cpu/vector_io-inl.h"

HWY_BEFORE_NAMESPACE();
namespace slm::kernels::cpu::HWY_NAMESPACE {

struct ValueAndSlope {
  VF32 value;
  VF32 slope;
};

// s(v) = 1 / (1 + exp(-v)) and s'(v) = s * (1 - s). From exp(-|v|), which neither overflows nor cancels: both keep
// their relative precision in either tail.
HWY_INLINE ValueAndSlope logistic(F32 d, VF32 v) {
  const VF32 one = hn::Set(d, 1.0f);
  const VF32 e = hn::Exp(d, hn::Neg(hn::Abs(v)));
  const VF32 r = hn::Div(one, hn::Add(one, e));
  return {hn::Mul(r, hn::IfNegativeThenElse(v, e, one)), hn::Mul(hn::Mul(e, r), r)};
}

// The standard normal distribution function and its density. The tail is exp(-a^2/2) * z * P(z) with a = |x| and
// z = 1 / (1 + q*a); P is the minimax fit of degree 9 (relative error 7e-9) to erfc(a / sqrt(2)) * exp(a^2/2) / 2 / z.
HWY_INLINE ValueAndSlope normal_distribution(F32 d, VF32 x) {
  const VF32 one = hn::Set(d, 1.0f), half = hn::Set(d, 0.5f);
  const VF32 a = hn::Min(hn::Abs(x), hn::Set(d, 16.0f));  // the tail is 0 from there on; keeps infinity out of a^2
  // a^2 as `square` + `rest`: the rounding of a^2 alone would cost a^2 / 2 times as much in the exponential.
  const hn::RebindToUnsigned<F32> d32;
  const VF32 high = hn::And(a, hn::BitCast(d, hn::Set(d32, 0xFFFFF000u)));
  const VF32 high_square = hn::Mul(high, high);  // exact
  const VF32 low_square = hn::Mul(hn::Sub(a, high), hn::Add(a, high));
  const VF32 square = hn::Add(high_square, low_square);
  const VF32 rest = hn::Add(hn::Sub(high_square, square), low_square);
  const VF32 e = hn::Exp(d, hn::Mul(square, hn::Set(d, -0.5f)));
  const VF32 bell = hn::NegMulAdd(hn::Mul(rest, half), e, e);

  const VF32 z = hn::Div(one, hn::MulAdd(a, hn::Set(d, 0.38890872965260115f), one));
  constexpr float kP[] = {0.15514604327279333f,   0.15533177395936373f, 0.12940998003900425f,  0.10102541482903234f,
                          -0.047497731579417606f, 0.181981702000146f,   -0.42671641566321666f, 0.39062467810645873f,
                          -0.1683292125738197f,   0.029023770983798342f};
  VF32 p = hn::Set(d, kP[9]);
  for (int k = 8; k >= 0; --k) p = hn::MulAdd(p, z, hn::Set(d, kP[k]));
  const VF32 tail = hn::Mul(hn::Mul(bell, z), p);
  const VF32 density = hn::Mul(bell, hn::Set(d, 0.3989422804014327f));  // 1 / sqrt(2 pi)
  return {hn::IfNegativeThenElse(x, tail, hn::Sub(one, tail)), density};
}

// f(x) and f'(x); the compiler drops the one that is not used. NaN stays NaN.
template <Activation activation>
HWY_INLINE ValueAndSlope activate(F32 d, VF32 x) {
  const VF32 one = hn::Set(d, 1.0f), zero = hn::Zero(d);
  if constexpr (activation == Activation::kRelu) {
    return {hn::IfThenZeroElse(hn::Lt(x, zero), x), hn::IfThenZeroElse(hn::Le(x, zero), one)};
  } else if constexpr (activation == Activation::kReluSquared) {
    const VF32 positive = hn::IfThenZeroElse(hn::Lt(x, zero), x);
    return {hn::Mul(positive, positive), hn::Add(positive, positive)};
  } else if constexpr (activation == Activation::kGeluErf) {
    const auto [cdf, density] = normal_distribution(d, x);
    return {hn::Mul(x, cdf), hn::MulAdd(x, density, cdf)};
  } else if constexpr (activation == Activation::kGeluTanh) {
    // (1 + tanh(u)) / 2 = s(2u)
    constexpr float kScale = 1.5957691216057308f;  // sqrt(8 / pi)
    const VF32 square = hn::Mul(x, x);
    const VF32 v = hn::Mul(x, hn::MulAdd(square, hn::Set(d, kScale * 0.044715f), hn::Set(d, kScale)));
    const VF32 dv = hn::MulAdd(square, hn::Set(d, kScale * 3 * 0.044715f), hn::Set(d, kScale));
    const auto [s, ds] = logistic(d, v);
    return {hn::Mul(x, s), hn::MulAdd(hn::Mul(x, ds), dv, s)};
  } else if constexpr (activation == Activation::kSilu) {
    const auto [s, ds] = logistic(d, x);
    return {hn::Mul(x, s), hn::MulAdd(x, ds, s)};
  } else {
    return {x, one};
  }
}

// Calls fn with std::integral_constant<Activation, activation>.
template <class Fn>
HWY_INLINE void with_activation(Activation activation, Fn&& fn) {
  switch (activation) {
    case Activation::kNone:
      return fn(std::integral_constant<Activation, Activation::kNone>());
    case Activation::kRelu:
      return fn(std::integral_constant<Activation, Activation::kRelu>());
    case Activation::kGeluTanh:
      return fn(std::integral_constant<Activation, Activation::kGeluTanh>());
    case Activation::kGeluErf:
      return fn(std::integral_constant<Activation, Activation::kGeluErf>());
    case Activation::kReluSquared:
      return fn(std::integral_constant<Activation, Activation::kReluSquared>());
    case Activation::kSilu:
      return fn(std::integral_constant<Activation, Activation::kSilu>());
  }
}

}  // namespace slm::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per target

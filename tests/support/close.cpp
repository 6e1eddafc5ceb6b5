#include "support/close.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace slm::test {
namespace {

struct WorstElement {
  double error = 0;
  int64_t index = -1;
  double got = 0, want = 0;
};

WorstElement find_worst(const Tensor& got, const Tensor& want) {
  const Tensor got64 = got.to(DType::kFloat64), want64 = want.to(DType::kFloat64);
  const int64_t dim = want.shape().rank() == 0 ? 1 : want.shape().back();
  WorstElement worst;
  for (int64_t row = 0; row < want.num_rows() && dim > 0; ++row) {
    const double *g = got64.data<double>() + row * dim, *w = want64.data<double>() + row * dim;
    double squares = 0;
    for (int64_t i = 0; i < dim; ++i) squares += w[i] * w[i];
    const double rms = std::sqrt(squares / static_cast<double>(dim));
    for (int64_t i = 0; i < dim; ++i) {
      const double difference = std::abs(g[i] - w[i]);
      double error = difference == 0 ? 0 : difference / (std::abs(w[i]) + rms);
      if (!std::isfinite(g[i]) || std::isnan(error)) error = std::numeric_limits<double>::infinity();
      if (worst.index < 0 || error > worst.error) worst = {error, row * dim + i, g[i], w[i]};
    }
  }
  return worst;
}

}  // namespace

testing::AssertionResult close(const Tensor& got, const Tensor& want, double limit) {
  if (got.shape() != want.shape()) {
    return testing::AssertionFailure() << fmt::format("shape {} instead of {}", to_string(got.shape()),
                                                      to_string(want.shape()));
  }
  const WorstElement worst = find_worst(got, want);
  if (worst.error <= limit) return testing::AssertionSuccess();
  return testing::AssertionFailure() << fmt::format("element {} of {}: got {}, want {}, error {:.3g}, limit {:.3g}",
                                                    worst.index, to_string(want.shape()), worst.got, worst.want,
                                                    worst.error, limit);
}

double worst_error(const Tensor& got, const Tensor& want) { return find_worst(got, want).error; }

double norm_error(const Tensor& got, const Tensor& want) {
  const Tensor got64 = got.to(DType::kFloat64), want64 = want.to(DType::kFloat64);
  double difference = 0, norm = 0;
  for (int64_t i = 0; i < want.num_elements(); ++i) {
    const double g = got64.data<double>()[i], w = want64.data<double>()[i];
    difference += (g - w) * (g - w);
    norm += w * w;
  }
  return std::sqrt(difference / norm);
}

testing::AssertionResult same_bits(const Tensor& got, const Tensor& want) {
  if (got.shape() != want.shape() || got.dtype() != want.dtype()) {
    return testing::AssertionFailure() << "shapes or dtypes differ";
  }
  if (std::memcmp(got.raw(), want.raw(), static_cast<size_t>(want.size_bytes())) == 0)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "bytes differ; as numbers: " << close(got, want, 0.0).message();
}

}  // namespace slm::test

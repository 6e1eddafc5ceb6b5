#include "slm/ops/linear_cross_entropy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "support/close.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

Tensor targets_of(const std::vector<int32_t>& ids) {
  return Tensor::from<int32_t>(ids, {static_cast<int64_t>(ids.size())});
}

TEST(LinearCrossEntropy, GradientsMatchCentralDifferencesWithIgnoredRowsAndSmoothing) {
  for (const double smoothing : {0.0, 0.3}) {
    for (const int64_t vocab : {2, 7}) {
      SCOPED_TRACE(fmt::format("smoothing {}, vocabulary {}", smoothing, vocab));
      const auto last = static_cast<int32_t>(vocab - 1);
      EXPECT_TRUE(test::gradients_match(
          [&](std::span<const Variable> v) {
            return std::vector<Variable>{linear_cross_entropy(v[0], v[1], v[2], targets_of({0, -1, last}),
                                                              {.loss_scale = 0.7, .label_smoothing = smoothing})
                                             .loss};
          },
          {normal_inputs({3, 4}, DType::kFloat64, 1), normal_inputs({vocab, 4}, DType::kFloat64, 2),
           normal_inputs({vocab}, DType::kFloat64, 3)}));
    }
  }
}

// An ignored row, label smoothing, no bias, and a gradient of the loss that is not 1.
TEST(LinearCrossEntropy, AgreesWithPyTorch) {
  const auto fixtures =
      nlohmann::json::parse(std::ifstream(SLM_SOURCE_DIR "/tests/ops/linear_cross_entropy_fixtures.json"));
  for (const auto& fixture : fixtures) {
    for (const DType dtype : {DType::kFloat64, DType::kFloat32}) {
      const int64_t r = fixture["R"], d = fixture["D"], v = fixture["V"];
      SCOPED_TRACE(fmt::format("({}, {}, {}) {}", r, d, v, name(dtype)));
      const auto tensor = [&](const char* key, const Shape& shape) {
        return Tensor::from<double>(fixture[key].get<std::vector<double>>(), shape).to(dtype);
      };
      const auto leaf = [&](const char* key, const Shape& shape) {
        return fixture.contains(key) ? Variable::parameter(tensor(key, shape), key, dtype) : Variable();
      };
      const Variable x = leaf("x", {r, d}), w = leaf("w", {v, d}), b = leaf("b", {v});
      const auto targets = fixture["targets"].get<std::vector<int32_t>>();
      Tape tape;
      const CrossEntropyResult result = linear_cross_entropy(
          x, w, b, targets_of(targets),
          {.loss_scale = 1.0 / static_cast<double>(r - 1), .label_smoothing = fixture["smoothing"]});
      // The fixtures have 12 decimals.
      const double limit = dtype == DType::kFloat64 ? 1e-10 : 20 * epsilon(dtype);
      EXPECT_TRUE(
          test::close(result.loss.value(), Tensor::from<double>(std::vector<double>{fixture["loss"]}, {1}), limit));
      EXPECT_EQ(result.num_correct, fixture["correct"]);
      EXPECT_EQ(result.num_targets, r - 1);
      tape.backward(result.loss, Tensor::from<double>(std::vector<double>{fixture["seed"]}, {1}).to(dtype));
      EXPECT_TRUE(test::close(x.grad(), tensor("dx", {r, d}), limit));
      EXPECT_TRUE(test::close(w.grad(), tensor("dw", {v, d}), limit));
      if (b) {
        EXPECT_TRUE(test::close(b.grad(), tensor("db", {v}), limit));
      }
    }
  }
}

TEST(LinearCrossEntropy, OfNoTargetsIsZeroWithoutAGradient) {
  const Variable x = Variable::parameter(normal_inputs({3, 4}, DType::kFloat32, 1), "x", DType::kFloat32);
  const Variable w = Variable::parameter(normal_inputs({5, 4}, DType::kFloat32, 2), "w", DType::kFloat32);
  Tape tape;
  const CrossEntropyResult result = linear_cross_entropy(x, w, {}, targets_of({-1, -1, -1}), {.label_smoothing = 0.1});
  EXPECT_EQ(result.loss_sum, 0);
  EXPECT_EQ(result.num_correct, 0);
  EXPECT_EQ(result.num_targets, 0);
  tape.backward(result.loss);
  for (const Variable& variable : {x, w}) {
    for (const float gradient : variable.grad().span<float>()) EXPECT_EQ(gradient, 0);
  }
}

TEST(LinearCrossEntropy, OfEqualLogitsIsTheLogarithmOfTheVocabulary) {
  const Variable x(Tensor::zeros({5, 8}, DType::kFloat32)), w(normal_inputs({10, 8}, DType::kFloat32, 1));
  const CrossEntropyResult result = linear_cross_entropy(x, w, {}, targets_of({0, 1, 2, 3, -1}));
  EXPECT_NEAR(result.loss_sum, 4 * std::log(10.0), 1e-6);
  EXPECT_EQ(result.num_targets, 4);
  EXPECT_EQ(result.num_correct, 4);  // no other logit is larger
}

TEST(LinearCrossEntropy, OfOneClassIsZeroWithoutAGradient) {
  const Variable x = Variable::parameter(normal_inputs({2, 3}, DType::kFloat32, 1), "x", DType::kFloat32);
  Tape tape;
  const CrossEntropyResult result = linear_cross_entropy(x, Variable(normal_inputs({1, 3}, DType::kFloat32, 2)), {},
                                                         targets_of({0, 0}), {.label_smoothing = 0.3});
  EXPECT_NEAR(result.loss_sum, 0, 1e-6);
  tape.backward(result.loss);
  for (const float gradient : x.grad().span<float>()) EXPECT_NEAR(gradient, 0, 1e-6);
}

TEST(LinearCrossEntropy, StaysFiniteForHugeLogits) {
  // Logits are +-10^4 times the identity's entries: the loss of a hit is 0, of a miss 10^4 or more.
  const Tensor weight = Tensor::zeros({3, 3}, DType::kFloat32), rows = Tensor::zeros({2, 3}, DType::kFloat32);
  for (int64_t i = 0; i < 3; ++i) weight.data<float>()[i * 3 + i] = 1.0f;
  rows.data<float>()[0] = 1e4f;
  rows.data<float>()[3] = 1e4f;
  const Variable x = Variable::parameter(rows, "x", DType::kFloat32), w(weight);
  Tape tape;
  const CrossEntropyResult result = linear_cross_entropy(x, w, {}, targets_of({0, 1}));
  EXPECT_NEAR(result.loss_sum, 1e4, 1e-3);
  EXPECT_EQ(result.num_correct, 1);
  tape.backward(result.loss);
  const Tensor want = Tensor::zeros({2, 3}, DType::kFloat32);
  want.data<float>()[3] = 1.0f;
  want.data<float>()[4] = -1.0f;
  EXPECT_TRUE(test::close(x.grad(), want, 1e-6));
}

// Rows enough for several chunks, each against the loss and gradient of the same row alone.
TEST(LinearCrossEntropy, ChunksJoinWithoutASeam) {
  const int64_t num_rows = 2500, dim = 6, vocab = 33;
  const Tensor rows = normal_inputs({num_rows, dim}, DType::kFloat32, 1);
  const Tensor weight = normal_inputs({vocab, dim}, DType::kFloat32, 2),
               bias = normal_inputs({vocab}, DType::kFloat32, 3);
  const Tensor targets = test::random_ids({num_rows}, static_cast<int32_t>(vocab), 4);
  const auto run = [&](int64_t first, int64_t count, const Variable& w, const Variable& b) {
    const Variable x = Variable::parameter(rows.slice(first, count), "x", DType::kFloat32);
    Tape tape;
    const CrossEntropyResult result = linear_cross_entropy(x, w, b, targets.slice(first, count));
    tape.backward(result.loss);
    return std::pair{result.loss_sum, x.grad()};
  };
  const Variable w = Variable::parameter(weight, "w", DType::kFloat32),
                 b = Variable::parameter(bias, "b", DType::kFloat32);
  const auto [whole_loss, whole_dx] = run(0, num_rows, w, b);
  const Variable w_parts = Variable::parameter(weight, "w", DType::kFloat32);
  const Variable b_parts = Variable::parameter(bias, "b", DType::kFloat32);
  double loss = 0;
  for (int64_t first = 0; first < num_rows; first += 500) {
    const auto [part_loss, part_dx] = run(first, 500, w_parts, b_parts);
    loss += part_loss;
    EXPECT_TRUE(test::close(part_dx, whole_dx.slice(first, 500), 1e-5));
  }
  EXPECT_NEAR(whole_loss, loss, 1e-4 * loss);
  EXPECT_TRUE(test::close(w.grad(), w_parts.grad(), 1e-4));
  EXPECT_TRUE(test::close(b.grad(), b_parts.grad(), 1e-4));
}

TEST(LinearCrossEntropy, NamesATargetOutsideTheVocabulary) {
  const Variable x(normal_inputs({2, 4}, DType::kFloat32, 1)), w(normal_inputs({3, 4}, DType::kFloat32, 2));
  try {
    linear_cross_entropy(x, w, {}, targets_of({0, 3}));
    FAIL() << "no exception";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "[linear_cross_entropy] target 3 of row 1 is outside the vocabulary of 3");
  }
}

}  // namespace
}  // namespace slm::ops

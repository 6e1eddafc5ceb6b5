#include "slm/ops/dropout.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "support/close.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

constexpr RandomStream kRandom{.seed = 42, .stream = 5, .step = 1};

TEST(Dropout, GradientsMatchCentralDifferences) {
  EXPECT_TRUE(test::gradients_match(
      [](std::span<const Variable> in) {
        return std::vector<Variable>{dropout(in[0], {.p = 0.4, .random = kRandom, .row_offset = 3})};
      },
      {normal_inputs({3, 17}, DType::kFloat64, 1)}));
}

TEST(Dropout, DoesNotDependOnHowTheBatchIsCut) {
  const Tensor x = normal_inputs({6, 35}, DType::kFloat32, 1);
  const Tensor whole = dropout(Variable(x), {.p = 0.5, .random = kRandom}).value();
  const Tensor part = dropout(Variable(x.slice(4, 2)), {.p = 0.5, .random = kRandom, .row_offset = 4}).value();
  EXPECT_TRUE(test::same_bits(part, whole.slice(4, 2)));
}

TEST(Dropout, DrawsAnewForEachStepAndEachStream) {
  const Variable x(normal_inputs({6, 35}, DType::kFloat32, 1));
  const Tensor y = dropout(x, {.p = 0.5, .random = kRandom}).value();
  RandomStream next_step = kRandom, other_stream = kRandom;
  ++next_step.step;
  ++other_stream.stream;
  EXPECT_FALSE(test::same_bits(dropout(x, {.p = 0.5, .random = next_step}).value(), y));
  EXPECT_FALSE(test::same_bits(dropout(x, {.p = 0.5, .random = other_stream}).value(), y));
}

TEST(Dropout, IsTheVariableItselfWhereNothingIsDropped) {
  const Variable x(normal_inputs({2, 3}, DType::kFloat32, 1));
  EXPECT_EQ(dropout(x, {.p = 0}).value().raw(), x.value().raw());
}

TEST(Dropout, RefusesToDropEverything) {
  try {
    dropout(Variable(normal_inputs({2, 3}, DType::kFloat32, 1)), {.p = 1});
    FAIL() << "no exception";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "[dropout] p is 1, expected at least 0 and less than 1");
  }
}

}  // namespace
}  // namespace slm::ops

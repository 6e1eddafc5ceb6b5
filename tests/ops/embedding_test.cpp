#include "slm/ops/embedding.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "support/close.h"
#include "support/gradient_check.h"
#include "support/inputs.h"

namespace slm::ops {
namespace {

using test::normal_inputs;

Tensor ids(std::vector<int32_t> values, const Shape& shape) { return Tensor::from<int32_t>(values, shape); }

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no exception";
}

TEST(Embedding, GradientsMatchCentralDifferences) {
  const Tensor tokens = ids({4, 0, 4, 2, 4, 1}, {2, 3}), positions = ids({0, 1, 0, 3, 4, 0}, {2, 3});
  for (const TokenPositions& where :
       {TokenPositions{}, TokenPositions{.ids = {}, .first = 2}, TokenPositions{positions}}) {
    EXPECT_TRUE(test::gradients_match(
        [&](std::span<const Variable> in) { return std::vector<Variable>{embedding(in[0], in[1], tokens, where)}; },
        {normal_inputs({5, 7}, DType::kFloat64, 1), normal_inputs({5, 7}, DType::kFloat64, 2)}));
  }
  EXPECT_TRUE(test::gradients_match(
      [&](std::span<const Variable> in) { return std::vector<Variable>{embedding(in[0], {}, tokens)}; },
      {normal_inputs({5, 7}, DType::kFloat64, 1)}));
}

TEST(Embedding, PositionsCountFromTheFirstOneInEachSequence) {
  const Variable token_weight(Tensor::zeros({3, 1}, DType::kFloat32));
  const Variable position_weight(Tensor::from<float>(std::vector<float>{10, 11, 12, 13}, {4, 1}));
  const Variable y = embedding(token_weight, position_weight, ids({0, 1, 2, 0}, {2, 2}), {.ids = {}, .first = 2});
  EXPECT_TRUE(test::same_bits(y.value(), Tensor::from<float>(std::vector<float>{12, 13, 12, 13}, {2, 2, 1})));
}

TEST(Embedding, NamesTheTokenThatTheVocabularyDoesNotHave) {
  const Variable weight(normal_inputs({5, 4}, DType::kFloat32, 1));
  for (const int32_t id : {5, -1}) {
    EXPECT_EQ(message_of([&] {
                embedding(weight, {}, ids({0, 1, 2, 3, id, 0}, {2, 3}));
              }),
              "[embedding] token 1 of sequence 1 has id " + std::to_string(id) +
                  ", expected 0 to 4: the data was made with another vocabulary than the model; use the tokenizer that "
                  "belongs to it");
  }
}

TEST(Embedding, NamesThePositionAndTheShapesThatDoNotFit) {
  const Variable weight(normal_inputs({5, 4}, DType::kFloat32, 1)), narrow(normal_inputs({5, 3}, DType::kFloat32, 1));
  const Tensor tokens = ids({0, 1, 2, 3}, {2, 2});
  EXPECT_EQ(message_of([&] { embedding(weight, weight, tokens, {.ids = {}, .first = 4}); }),
            "[embedding] got position 5, expected 0 to 4: the sequence is longer than the model has positions; shorten "
            "it, or use a model with a longer max_seq_len");
  EXPECT_EQ(message_of([&] { embedding(weight, narrow, tokens); }),
            "[embedding] position weight has shape (5, 3), expected (5, 4)");
  EXPECT_EQ(message_of([&] {
              embedding(weight, weight, tokens, {.ids = ids({0, 1}, {2, 1})});
            }),
            "[embedding] positions has shape (2, 1), expected (2, 2)");
}

}  // namespace
}  // namespace slm::ops

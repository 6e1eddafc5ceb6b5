#include "slm/ops/embedding.h"

#include <fmt/format.h>

#include <cassert>

#include "slm/autograd/tape.h"
#include "slm/core/error.h"
#include "slm/kernels/embedding.h"

namespace slm::ops {
namespace {

void check_tokens(const Tensor& tokens, int64_t vocab_size) {
  const int32_t* ids = tokens.data<int32_t>();
  const int64_t row_length = tokens.shape().back();
  for (int64_t i = 0; i < tokens.num_elements(); ++i) {
    if (ids[i] >= 0 && ids[i] < vocab_size) continue;
    throw Error(
        fmt::format("[embedding] token {} of sequence {} has id {}, expected 0 to {}: the data was made with "
                    "another vocabulary than the model; use the tokenizer that belongs to it",
                    i % row_length, i / row_length, ids[i], vocab_size - 1));
  }
}

}  // namespace

// y = token_weight[tokens] + position_weight[positions]     tokens, positions: (B, T)   y: (B, T, D)
Variable embedding(const Variable& token_weight, const Variable& position_weight, const Tensor& tokens,
                   const TokenPositions& positions) {
  const int64_t dim = token_weight.shape().back();
  assert(tokens.dtype() == DType::kInt32 && token_weight.shape().rank() == 2);
  check_tokens(tokens, token_weight.shape()[0]);
  Tensor position_ids;
  if (position_weight) {
    check_shape("embedding", "position weight", position_weight.shape(), {position_weight.shape()[0], dim});
    position_ids = ops::position_ids("embedding", positions, tokens.shape(), position_weight.shape()[0]);
  }
  Shape shape = tokens.shape();
  shape.push_back(dim);
  const Tensor y = Tensor::empty(shape, token_weight.dtype(), token_weight.device());
  const kernels::View position_view = position_ids ? position_ids.view() : kernels::View{};
  kernels::embedding_forward(y.device(), y.dtype(),
                             {token_weight.view(), position_weight.view(), tokens.view(), position_view, y.view()});
  return record("embedding", y, {token_weight, position_weight},
                [token_weight = token_weight.node(), position_weight = position_weight.node(), tokens, position_ids](
                    Tensor& dy, Gradients& grads) {
                  // dtoken_weight[id] += sum of dy over the rows with that token; likewise the positions
                  const auto add_to = [&](const Gradients::Node& weight, const Tensor& ids) {
                    if (weight == nullptr) return;
                    kernels::embedding_backward(dy.device(), dy.dtype(), {dy.view(), ids.view(), grads.of(weight)});
                  };
                  add_to(token_weight, tokens);
                  add_to(position_weight, position_ids);
                });
}

}  // namespace slm::ops

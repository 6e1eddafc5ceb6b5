#include "slm/nn/block.h"

#include "slm/nn/dropout.h"

namespace slm::nn {

Block::Block(ParameterStore& store, const Options& options)
    : attention_(store, options.attention),
      attention_norm_(store, options.attention_norm),
      feed_forward_(store, options.feed_forward),
      feed_forward_norm_(store, options.feed_forward_norm),
      is_post_norm_(options.is_post_norm),
      residual_dropout_(options.residual_dropout),
      layer_(options.layer) {}

ResidualStream Block::operator()(const ResidualStream& stream, const ForwardContext& context) const {
  const auto attend = [&](const Variable& x) {
    return dropout(attention_(x, context), residual_dropout_, layer_, DropoutPlace::kAttentionOutput, context);
  };
  const auto feed = [&](const Variable& x) {
    return dropout(feed_forward_(x, context), residual_dropout_, layer_, DropoutPlace::kFeedForwardOutput, context);
  };
  if (is_post_norm_) {
    const Variable& x = stream.residual;
    const Variable h = attention_norm_.add_and_normalize(attend(x), x).normalized;
    return {.residual = feed_forward_norm_.add_and_normalize(feed(h), h).normalized, .branch = {}};
  }
  Variable residual = stream.residual, normalized;
  if (stream.branch) {
    const ops::NormWithResidual entered = attention_norm_.add_and_normalize(stream.branch, stream.residual);
    residual = entered.sum;
    normalized = entered.normalized;
  } else {
    normalized = attention_norm_(residual);
  }
  const ops::NormWithResidual between = feed_forward_norm_.add_and_normalize(attend(normalized), residual);
  return {.residual = between.sum, .branch = feed(between.normalized)};
}

}  // namespace slm::nn

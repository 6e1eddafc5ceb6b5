#include "slm/nn/feed_forward.h"

#include "slm/nn/dropout.h"
#include "slm/ops/swiglu.h"

namespace slm::nn {

FeedForward::FeedForward(ParameterStore& store, const Options& options)
    : up_(store, options.up),
      down_(store, options.down),
      activation_(options.activation),
      is_gated_(options.is_gated),
      dropout_(options.dropout),
      layer_(options.layer) {}

Variable FeedForward::operator()(const Variable& x, const ForwardContext& context) const {
  const Variable hidden = is_gated_ ? ops::swiglu(up_(x)) : up_(x, activation_);
  return down_(dropout(hidden, dropout_, layer_, DropoutPlace::kHidden, context));
}

}  // namespace slm::nn

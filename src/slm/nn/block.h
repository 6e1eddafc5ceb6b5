#pragma once

#include "slm/nn/feed_forward.h"
#include "slm/nn/norm.h"
#include "slm/nn/self_attention.h"

namespace slm::nn {

// The residual stream between blocks. With norms before the sublayers, the last sublayer's output is kept apart until
// the next norm adds it in the same pass.
struct ResidualStream {
  Variable residual;  // (B, T, D)
  Variable branch;    // (B, T, D), still to be added; absent: nothing is
};

// One Transformer layer: attention and feed-forward, each with a residual and a norm before it (Radford et al., 2019)
// or after the addition (Vaswani et al., 2017).
class Block {
 public:
  struct Options {
    SelfAttention::Options attention;
    FeedForward::Options feed_forward;
    Norm::Options attention_norm;
    Norm::Options feed_forward_norm;
    bool is_post_norm = false;
    double residual_dropout = 0;  // on both sublayers' outputs
    int layer = 0;
  };

  Block(ParameterStore& store, const Options& options);

  ResidualStream operator()(const ResidualStream& stream, const ForwardContext& context) const;

  const SelfAttention& attention() const { return attention_; }
  const FeedForward& feed_forward() const { return feed_forward_; }

 private:
  SelfAttention attention_;
  Norm attention_norm_;
  FeedForward feed_forward_;
  Norm feed_forward_norm_;
  bool is_post_norm_;
  double residual_dropout_;
  int layer_;
};

}  // namespace slm::nn

#include "slm/models/decoder.h"

#include "slm/autograd/tape.h"
#include "slm/nn/dropout.h"
#include "slm/nn/kv_cache.h"
#include "slm/ops/linear.h"
#include "slm/ops/rope.h"

namespace slm::models {
namespace {

void split(nn::Parameter* parameter, const std::vector<nn::ParameterStore::NamedRows>& parts) {
  if (parameter != nullptr && !parts.empty()) nn::ParameterStore::split_into_parts(*parameter, parts);
}

}  // namespace

DecoderLayout layout_of(const DecoderConfig& config) {
  switch (config.family) {
    case Family::kClassic:
      return classic_layout(config);
    case Family::kGpt2:
      return gpt2_layout(config);
    default:
      return llama_layout(config);
  }
}

Decoder::Decoder(const DecoderConfig& config, nn::ComputeType compute_type, uint64_t seed)
    : config_(config), store_(compute_type, seed) {
  validate(config);
  const DecoderLayout layout = layout_of(config);
  embedding_dropout_ = layout.embedding_dropout;
  if (config.position == Position::kRope) {
    const DType dtype = compute_type == nn::ComputeType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
    rope_table_ = ops::rope_table(config.max_seq_len, config.head_dim, config.rope_theta, dtype);
  }
  embedding_.emplace(store_, layout.embedding);
  for (const nn::Block::Options& block : layout.blocks) blocks_.emplace_back(store_, block);
  for (size_t i = 0; i < layout.block_parts.size(); ++i) {
    const DecoderLayout::BlockParts& parts = layout.block_parts[i];
    const nn::Linear &qkv = blocks_[i].attention().qkv(), &up = blocks_[i].feed_forward().up();
    split(&qkv.weight(), parts.qkv_weight);
    split(qkv.bias(), parts.qkv_bias);
    split(&up.weight(), parts.up_weight);
    split(up.bias(), parts.up_bias);
  }
  if (!layout.final_norm.weight_name.empty()) final_norm_.emplace(store_, layout.final_norm);
  if (!layout.output.weight_name.empty()) {
    output_.emplace(store_, layout.output);
    output_->weight().is_hidden_matrix = false;
  } else if (!layout.tied_output_name.empty()) {
    embedding_->token_weight().parts.push_back(
        {.name = layout.tied_output_name, .row_begin = 0, .num_rows = config.vocab_size, .is_alias = true});
  }
}

Variable Decoder::hidden_states(const Tensor& tokens, const nn::ForwardContext& given) const {
  nn::ForwardContext context = given;
  if (!context.rope_table) context.rope_table = rope_table_;
  if (context.cache != nullptr) context.positions = {.ids = {}, .first = context.cache->length()};
  const Variable embedded = (*embedding_)(tokens, context.positions);
  nn::ResidualStream stream = {
      .residual = nn::dropout(embedded, embedding_dropout_, 0, nn::DropoutPlace::kEmbedding, context), .branch = {}};
  for (const nn::Block& block : blocks_) {
    if (!context.recompute) {
      stream = block(stream, context);
      continue;
    }
    std::vector<Variable> inputs = {stream.residual};
    if (stream.branch) inputs.push_back(stream.branch);
    const std::vector<Variable> outputs = recompute(inputs, [&block, context](std::span<const Variable> in) {
      const nn::ResidualStream out = block({.residual = in[0], .branch = in.size() > 1 ? in[1] : Variable()}, context);
      return out.branch ? std::vector<Variable>{out.residual, out.branch} : std::vector<Variable>{out.residual};
    });
    stream = {.residual = outputs[0], .branch = outputs.size() > 1 ? outputs[1] : Variable()};
  }
  if (context.cache != nullptr) context.cache->advance(tokens.shape()[1]);
  if (!final_norm_) return stream.residual;
  return stream.branch ? final_norm_->add_and_normalize(stream.branch, stream.residual).normalized
                       : (*final_norm_)(stream.residual);
}

ops::CrossEntropyResult Decoder::loss(const Tensor& tokens, const Tensor& targets, const LossOptions& options,
                                      const nn::ForwardContext& context) const {
  return ops::linear_cross_entropy(hidden_states(tokens, context), output_weight(), output_bias(), targets,
                                   {.loss_scale = options.scale, .label_smoothing = options.label_smoothing});
}

Tensor Decoder::logits(const Variable& hidden) const { return ops::logits(hidden, output_weight(), output_bias()); }

const Variable& Decoder::output_weight() const {
  return output_ ? output_->weight().variable : embedding_->token_weight().variable;
}

Variable Decoder::output_bias() const {
  return output_ && output_->bias() != nullptr ? output_->bias()->variable : Variable();
}

}  // namespace slm::models

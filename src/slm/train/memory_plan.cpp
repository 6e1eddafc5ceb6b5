#include "slm/train/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/core/quantities.h"
#include "slm/ops/linear_cross_entropy.h"

namespace slm::train {
namespace {

using models::DecoderConfig, models::FeedForwardKind;

int64_t qkv_width(const DecoderConfig& config) {
  return (config.num_heads + 2 * config.num_kv_heads) * config.head_dim;
}

// Elements of the matrices that Muon updates.
int64_t num_hidden_elements(const DecoderConfig& config) {
  const int64_t dim = config.embed_dim, gates = config.activation == FeedForwardKind::kSwiglu ? 2 : 1;
  const int64_t attention = qkv_width(config) * dim + config.num_heads * config.head_dim * dim;
  return config.num_layers * (attention + (gates + 1) * config.hidden_dim * dim);
}

int64_t optimizer_bytes(const DecoderConfig& config, const optim::OptimizerOptions& optimizer, int64_t master_bytes) {
  const int64_t count = models::num_parameters(config);
  switch (optimizer.kind) {
    case optim::OptimizerKind::kAdamW:
      return 2 * count * master_bytes;
    case optim::OptimizerKind::kSgd:
      return optimizer.beta1 > 0 ? count * master_bytes : 0;
    case optim::OptimizerKind::kMuon:
      return (2 * count - num_hidden_elements(config)) * master_bytes;
  }
  return 0;
}

// Bytes per token that the backward pass of one block needs: the saved tensors of its ops.
int64_t saved_by_block(const DecoderConfig& config, int64_t element, int64_t statistic) {
  const int64_t dim = config.embed_dim, hidden = config.hidden_dim, heads = config.num_heads;
  int64_t elements = 4 * dim;                                // two norms: the sum that is normalized, and the result
  elements += qkv_width(config) * (config.qk_norm ? 2 : 1);  // before and after QK-norm; rope works in place
  elements += heads * config.head_dim;                       // attention's result
  const bool is_relu = config.activation == FeedForwardKind::kRelu;
  const int64_t hidden_tensors = config.activation == FeedForwardKind::kSwiglu ? 3 : is_relu ? 1 : 2;
  elements += hidden_tensors * hidden;  // what enters the activation (ReLU: overwritten) and what leaves it
  if (config.dropout > 0 && config.family == models::Family::kClassic) elements += hidden;  // after dropout
  int64_t statistics = heads;                                                               // attention's log-sum-exp
  statistics += config.norm == models::Norm::kLayer ? 4 : 2;                                // of two norms
  if (config.qk_norm) statistics += config.num_heads + config.num_kv_heads;
  return elements * element + statistics * statistic;
}

int64_t activation_bytes(const DecoderConfig& config, const MemoryPlanOptions& options) {
  const int64_t element = options.compute_type == nn::ComputeType::kFloat32    ? 4
                          : options.compute_type == nn::ComputeType::kBFloat16 ? 2
                                                                               : 8;
  const int64_t statistic = options.compute_type == nn::ComputeType::kFloat64 ? 8 : 4;
  const int64_t dim = config.embed_dim;
  // A double, because what the options allow goes beyond 64 bits; exact below 2^53 all the same.
  const double rows = static_cast<double>(options.batch_size) * static_cast<double>(config.max_seq_len);
  const auto times = [](double a, int64_t b) { return a * static_cast<double>(b); };
  const bool is_pre_norm = config.norm_placement == models::NormPlacement::kPre;
  const int64_t block = saved_by_block(config, element, statistic);
  const int64_t kept_by_blocks =
      options.recompute ? config.num_layers * (is_pre_norm ? 2 : 1) * dim * element : config.num_layers * block;
  const int64_t embedded = dim * element, final_norm = is_pre_norm ? 2 * dim * element : 0;
  // At the end of the forward pass: a chunk of logits, and the gradients of the output layer and of what it reads.
  const double logits =
      times(std::min<double>(rows, ops::kCrossEntropyRowsAtOnce), config.vocab_size * (element == 2 ? 6 : statistic));
  const double output_gradients =
      static_cast<double>(config.vocab_size * dim * statistic) + times(rows, 2 * dim * element);
  const double forward_peak = times(rows, final_norm) + logits + output_gradients;
  // In the backward pass of the last block: gradients of the residual stream and of the feed-forward's hidden units,
  // less what its own tensors give back by then.
  const int64_t hidden_gradients = (config.activation == FeedForwardKind::kSwiglu ? 2 : 1) * config.hidden_dim;
  const double backward_peak = times(rows, element * (3 * dim + hidden_gradients) + (options.recompute ? block : 0));
  const double bytes = times(rows, kept_by_blocks + embedded) + std::max(forward_peak, backward_peak);
  return static_cast<int64_t>(std::min(bytes, 1e18));
}

}  // namespace

MemoryPlan plan_memory(const DecoderConfig& config, const MemoryPlanOptions& options) {
  const int64_t count = models::num_parameters(config);
  const int64_t master = options.compute_type == nn::ComputeType::kFloat64 ? 8 : 4;
  const int64_t copy = options.compute_type == nn::ComputeType::kBFloat16 ? 2 : 0;
  return {.model = count * (master + copy),
          .gradients = count * master,
          .optimizer = optimizer_bytes(config, options.optimizer, master),
          .activations = activation_bytes(config, options)};
}

std::string to_string(const MemoryPlan& plan) {
  return fmt::format("model {}, gradients {}, optimizer {}, activations {}", format_bytes(plan.model),
                     format_bytes(plan.gradients), format_bytes(plan.optimizer), format_bytes(plan.activations));
}

void check_memory(const MemoryPlan& plan, int64_t available_bytes) {
  if (plan.total() <= available_bytes) return;
  throw MemoryError(
      fmt::format("training needs {} of memory ({}), {} are available; use a smaller --batch_size with more "
                  "--gradient_accumulation_steps, --recompute, or a smaller model",
                  format_bytes(plan.total()), to_string(plan), format_bytes(available_bytes)));
}

}  // namespace slm::train

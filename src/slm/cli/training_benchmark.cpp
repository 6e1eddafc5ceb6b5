#include "slm/cli/training_benchmark.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "slm/autograd/tape.h"
#include "slm/cli/peak_rss.h"
#include "slm/core/allocator.h"
#include "slm/core/philox.h"
#include "slm/models/decoder.h"
#include "slm/ops/linear_cross_entropy.h"
#include "slm/optim/gradient_norm.h"
#include "slm/optim/make_optimizer.h"

namespace slm::cli {
namespace {

Tensor random_tokens(const Shape& shape, int64_t vocab_size, uint32_t stream) {
  const RandomStream random{.seed = 0, .stream = stream, .step = 0};
  const Tensor tokens = Tensor::empty(shape, DType::kInt32);
  uint64_t index = 0;
  for (int32_t& token : tokens.span<int32_t>()) {
    token = static_cast<int32_t>(random.word(index++) % static_cast<uint32_t>(vocab_size));
  }
  return tokens;
}

double median_step_seconds(const TrainingBenchmarkOptions& options) {
  models::Decoder decoder(options.model, options.compute_type, /*seed=*/0);
  const std::vector<nn::Parameter*> parameters = decoder.parameters();
  const auto optimizer = optim::make_optimizer({}, parameters);
  const Shape shape = {options.batch_size, options.model.max_seq_len};
  const Tensor tokens = random_tokens(shape, options.model.vocab_size, 1);
  const Tensor targets = random_tokens(shape, options.model.vocab_size, 2);
  const double scale = 1.0 / static_cast<double>(tokens.num_elements());
  std::vector<double> seconds;
  for (int64_t step = 0; step < options.num_steps + 2; ++step) {
    const auto start = std::chrono::steady_clock::now();
    optim::clear_gradients(parameters);
    {
      Tape tape;
      const nn::ForwardContext context{.is_training = true, .step = static_cast<uint32_t>(step)};
      tape.backward(decoder.loss(tokens, targets, {.scale = scale}, context).loss);
    }
    const double clip = optim::clip_scale(optim::gradient_norm(parameters).value, 1.0);
    optimizer->step({.learning_rate = 1e-3, .gradient_scale = clip});
    const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (step >= 2) seconds.push_back(elapsed);
  }
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2), seconds.end());
  return seconds[seconds.size() / 2];
}

double matmul_seconds(const TrainingBenchmarkOptions& options) {
  const DType dtype = options.compute_type == nn::ComputeType::kBFloat16 ? DType::kBFloat16 : DType::kFloat32;
  double seconds = 0;
  for (const auto& [shape, count, share] : matmuls_of_step(options)) {
    const double operations = 2.0 * static_cast<double>(shape.m * shape.n) * static_cast<double>(shape.k);
    seconds += static_cast<double>(count) * share * operations / (1e9 * measure_matmul_gflops(shape, dtype, 0.02));
  }
  return seconds;
}

}  // namespace

std::vector<StepMatmul> matmuls_of_step(const TrainingBenchmarkOptions& options) {
  const models::DecoderConfig& model = options.model;
  const int64_t rows = options.batch_size * model.max_seq_len, query_dim = model.num_heads * model.head_dim;
  const int64_t gates = model.activation == models::FeedForwardKind::kSwiglu ? 2 : 1;
  struct Layer {
    int64_t out, in, count, rows_at_once;
  };
  const std::vector<Layer> layers = {
      {query_dim + 2 * model.num_kv_heads * model.head_dim, model.embed_dim, model.num_layers, rows},
      {model.embed_dim, query_dim, model.num_layers, rows},
      {gates * model.hidden_dim, model.embed_dim, model.num_layers, rows},
      {model.embed_dim, model.hidden_dim, model.num_layers, rows},
      {model.vocab_size, model.embed_dim, 1, std::min(rows, ops::kCrossEntropyRowsAtOnce)},
  };
  std::vector<StepMatmul> matmuls;
  for (const auto& [out, in, count, rows_at_once] : layers) {
    const double share = static_cast<double>(rows) / static_cast<double>(rows_at_once);
    matmuls.push_back({.shape = {rows_at_once, out, in}, .count = count, .share = share});
    matmuls.push_back({.shape = {rows_at_once, in, out}, .count = count, .share = share});
    matmuls.push_back({.shape = {out, in, rows_at_once}, .count = count, .share = share});
  }
  return matmuls;
}

TrainingBenchmark run_training_benchmark(const TrainingBenchmarkOptions& options) {
  const auto tokens = static_cast<double>(options.batch_size * options.model.max_seq_len);
  host_allocator().release_cached();  // what earlier measurements left is none of this one's
  reset_peak_rss();
  const double step_seconds = median_step_seconds(options);
  const int64_t peak_rss = peak_rss_bytes();
  return {.tokens_per_s = tokens / step_seconds,
          .matmul_only_tokens_per_s = tokens / matmul_seconds(options),
          .peak_rss_bytes = peak_rss};
}

}  // namespace slm::cli

#include "train/small_run.h"

#include <fmt/format.h>

#include "slm/core/philox.h"

namespace slm::test {

models::DecoderConfig small_config(double dropout) {
  models::DecoderConfig config = models::family_defaults(models::Family::kGpt2);
  config.vocab_size = 13;
  config.embed_dim = 16;
  config.num_heads = config.num_kv_heads = 2;
  config.head_dim = 8;
  config.num_layers = 2;
  config.hidden_dim = 24;
  config.max_seq_len = 8;
  config.dropout = dropout;
  return config;
}

models::DecoderConfig medium_config(models::Family family) {
  models::DecoderConfig config = models::family_defaults(family);
  config.vocab_size = 1000;
  config.embed_dim = 64;
  config.num_heads = 4;
  config.num_kv_heads = family == models::Family::kLlama ? 2 : 4;
  config.head_dim = 16;
  config.num_layers = 3;
  config.hidden_dim = 256;
  config.max_seq_len = 64;
  return config;
}

data::TokenSource small_tokens(int64_t count, uint64_t seed) {
  const RandomStream random{.seed = seed, .stream = 1, .step = 0};
  std::vector<uint16_t> ids = {1, 2};
  for (int64_t i = 2; i < count; ++i) {
    const size_t n = ids.size();
    const bool is_noise = random.uniform(static_cast<uint64_t>(i)) < 0.1f;
    const uint32_t next = is_noise ? random.word(static_cast<uint64_t>(i)) : 3u * ids[n - 1] + ids[n - 2];
    ids.push_back(static_cast<uint16_t>(next % 13u));
  }
  ids.resize(static_cast<size_t>(count));
  return {std::move(ids), "small tokens"};
}

train::TrainOptions small_options(optim::OptimizerKind kind) {
  train::TrainOptions options;
  options.batch_size = 3;
  options.gradient_accumulation_steps = 2;
  options.max_steps = 20;
  options.seed = 5;
  options.optimizer.kind = kind;
  options.learning_rate = 0.01;
  options.schedule = optim::ScheduleKind::kCosine;
  options.warmup_steps = 3;
  return options;
}

// 45 windows: 15 batches an epoch, 8 steps, the last one of a single batch.
SmallRun::SmallRun(const train::TrainOptions& options, uint64_t model_seed, double dropout)
    : model(small_config(dropout), nn::ComputeType::kFloat32, model_seed),
      trainer(model, small_tokens(8 * 45 + 1), small_tokens(61, /*seed=*/2), options) {}

std::vector<float> SmallRun::parameters() const {
  std::vector<float> values;
  for (const nn::Parameter* parameter : model.parameters()) {
    const auto span = parameter->master.span<float>();
    values.insert(values.end(), span.begin(), span.end());
  }
  return values;
}

void Recorder::on_start(const train::StartReport&) { events.push_back("start"); }

void Recorder::on_step(const train::StepReport& report) {
  events.push_back(fmt::format("step {}", report.state.step));
  steps.push_back({report.state.step, report.epoch, report.step_in_epoch, report.state.tokens_seen, report.loss,
                   report.learning_rate, report.gradient_norm});
}

void Recorder::on_skip(const train::SkipReport& report) {
  events.push_back(fmt::format("skip {}", report.state.step));
  skips.push_back(fmt::format("{} in {}{}", report.op, report.parameter, report.is_gradient ? ", backward" : ""));
}

void Recorder::on_evaluation(const train::EvaluationReport& report) {
  events.push_back(fmt::format("evaluation {}", report.state.step));
  validation_losses.push_back(report.evaluation.loss);
}

void Recorder::on_epoch(const train::EpochReport& report) { events.push_back(fmt::format("epoch {}", report.epoch)); }

void Recorder::on_sample(const train::SampleReport& report) { events.push_back(fmt::format("sample {}", report.text)); }

void Recorder::on_checkpoint(const train::CheckpointReport& report) {
  events.push_back(fmt::format("checkpoint {}", report.state.step));
}

void Recorder::on_finish(const train::FinishReport& report) {
  events.push_back(report.reason == train::StopReason::kFinished ? "finish" : "stop");
}

}  // namespace slm::test

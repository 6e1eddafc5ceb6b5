#include "slm/train/memory_plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "slm/core/allocator.h"
#include "slm/core/error.h"
#include "storage/scratch_folder.h"
#include "train/small_run.h"

namespace slm::train {
namespace {

using models::DecoderConfig, models::Family;

// Large enough that kernels' own scratch does not count, small enough for three quick steps.
DecoderConfig medium_config(Family family) {
  DecoderConfig config = models::family_defaults(family);
  config.vocab_size = 1000;
  config.embed_dim = 64;
  config.num_heads = 4;
  config.num_kv_heads = family == Family::kLlama ? 2 : 4;
  config.head_dim = 16;
  config.num_layers = 3;
  config.hidden_dim = 256;
  config.max_seq_len = 64;
  return config;
}

int64_t measured_peak(const DecoderConfig& config, const MemoryPlanOptions& plan) {
  const int64_t before = host_allocator().stats().bytes_in_use;
  models::Decoder model(config, plan.compute_type, 1);
  TrainOptions options;
  options.batch_size = plan.batch_size;
  options.max_steps = 3;
  options.recompute = plan.recompute;
  options.optimizer = plan.optimizer;
  Trainer trainer(model, test::small_tokens(plan.batch_size * config.max_seq_len * 4 + 1), {}, options);
  host_allocator().reset_peak();
  trainer.run();
  return host_allocator().stats().peak_bytes_in_use - before;
}

TEST(MemoryPlan, IsWithinATenthOfTheAllocatorsPeak) {
  for (const Family family : {Family::kClassic, Family::kGpt2, Family::kLlama}) {
    for (const bool recompute : {false, true}) {
      DecoderConfig config = medium_config(family);
      config.dropout = recompute ? 0 : 0.1;
      config.qk_norm = family == Family::kLlama && !recompute;
      const MemoryPlanOptions options{.optimizer = {}, .batch_size = 16, .recompute = recompute};
      const MemoryPlan plan = plan_memory(config, options);
      const auto peak = static_cast<double>(measured_peak(config, options));
      EXPECT_NEAR(static_cast<double>(plan.total()) / peak, 1.0, 0.1) << fmt::format(
          "{}, recompute {}: {}, measured {:.1f} MB", models::name(family), recompute, to_string(plan), peak / 1e6);
    }
  }
}

TEST(MemoryPlan, KnowsTheOptimizersState) {
  const DecoderConfig config = medium_config(Family::kLlama);
  const models::Decoder model(config, nn::ComputeType::kFloat32, 1);
  const std::vector<nn::Parameter*> parameters = model.parameters();
  for (const auto kind : {optim::OptimizerKind::kAdamW, optim::OptimizerKind::kSgd, optim::OptimizerKind::kMuon}) {
    EXPECT_EQ(plan_memory(config, {.optimizer = {.kind = kind}}).optimizer, optim::state_size_bytes(kind, parameters))
        << optim::name(kind);
  }
}

TEST(MemoryPlan, TooMuchIsRefusedWithWhatToDo) {
  const MemoryPlan plan{
      .model = 138'000'000, .gradients = 138'000'000, .optimizer = 276'000'000, .activations = 1'148'000'000};
  EXPECT_NO_THROW(check_memory(plan, 1'700'000'000));
  EXPECT_EQ(test::message_of<MemoryError>([&] { check_memory(plan, 900'000'000); }),
            "training needs 1.7 GB of memory (model 138 MB, gradients 138 MB, optimizer 276 MB, activations "
            "1.1 GB), 900 MB are available; use a smaller --batch_size with more --gradient_accumulation_steps, "
            "--recompute, or a smaller model");
}

TEST(MemoryPlan, TheSystemTellsWhatIsAvailable) {
  const auto available = available_memory_bytes();
  ASSERT_TRUE(available.has_value());
  EXPECT_GT(*available, 0);
}

}  // namespace
}  // namespace slm::train

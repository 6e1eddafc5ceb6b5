#include "slm/train/memory_plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "slm/core/allocator.h"
#include "slm/core/error.h"
#include "slm/kernels/isa.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/folder.h"
#include "storage/scratch_folder.h"
#include "train/small_run.h"

namespace slm::train {
namespace {

using models::DecoderConfig, models::Family;

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

void expect_plan_near_peak(nn::ComputeType compute_type) {
  for (const Family family : {Family::kClassic, Family::kGpt2, Family::kLlama}) {
    for (const bool recompute : {false, true}) {
      DecoderConfig config = test::medium_config(family);
      config.dropout = recompute ? 0 : 0.1;
      config.qk_norm = family == Family::kLlama && !recompute;
      const MemoryPlanOptions options{
          .compute_type = compute_type, .optimizer = {}, .batch_size = 16, .recompute = recompute};
      const MemoryPlan plan = plan_memory(config, options);
      const auto peak = static_cast<double>(measured_peak(config, options));
      EXPECT_NEAR(static_cast<double>(plan.total()) / peak, 1.0, 0.1) << fmt::format(
          "{}, recompute {}: {}, measured {:.1f} MB", models::name(family), recompute, to_string(plan), peak / 1e6);
    }
  }
}

TEST(MemoryPlan, IsWithinATenthOfTheAllocatorsPeak) { expect_plan_near_peak(nn::ComputeType::kFloat32); }

TEST(MemoryPlan, IsWithinATenthOfTheAllocatorsPeakInBf16) {
  if (!kernels::has_native_bf16()) GTEST_SKIP() << "no bf16 products on " << kernels::isa_description();
  expect_plan_near_peak(nn::ComputeType::kBFloat16);
}

TEST(MemoryPlan, KnowsTheOptimizersState) {
  const DecoderConfig config = test::medium_config(Family::kLlama);
  const models::Decoder model(config, nn::ComputeType::kFloat32, 1);
  for (const auto kind : {optim::OptimizerKind::kAdamW, optim::OptimizerKind::kSgd, optim::OptimizerKind::kMuon}) {
    for (const double beta1 : {0.0, 0.9}) {  // SGD without momentum keeps nothing
      const optim::OptimizerOptions options = {.kind = kind, .beta1 = beta1};
      int64_t held = 0;
      for (const optim::StateTensor& state : optim::make_optimizer(options, model.parameters())->state()) {
        held += state.tensor.size_bytes();
      }
      EXPECT_EQ(plan_memory(config, {.optimizer = options}).optimizer, held) << optim::name(kind) << " " << beta1;
    }
  }
}

TEST(MemoryPlan, DoesNotOverflowForTheLargestOptions) {
  DecoderConfig config = models::family_defaults(Family::kClassic);
  config.vocab_size = 1 << 24;
  config.embed_dim = config.hidden_dim = config.num_heads = config.num_kv_heads = 1 << 20;
  config.head_dim = 1;
  config.num_layers = 1024;
  config.max_seq_len = 1 << 22;
  models::validate(config);
  const MemoryPlan plan = plan_memory(config, {.optimizer = {}, .batch_size = 1'000'000});
  EXPECT_GT(plan.model, int64_t{1} << 50);
  EXPECT_GT(plan.activations, int64_t{1} << 59);
  EXPECT_THROW(check_memory(plan, INT64_MAX / 16), MemoryError);
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

// What `proc/self/cgroup` and the files of the groups tell, in a tree of their own.
class ControlGroups : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content) const {
    storage::make_folders(std::filesystem::path(folder_ / path).parent_path().string());
    storage::write_file(folder_ / path, content);
  }
  std::optional<int64_t> available() const { return available_memory_bytes(folder_.path()); }

  test::ScratchFolder folder_;
};

TEST_F(ControlGroups, OfVersion2LeaveTheirLimitLessWhatIsNoFileCache) {
  write("proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:    8000000 kB\n");
  EXPECT_EQ(available(), 8'000'000'000 / 1000 * 1024);
  write("proc/self/cgroup", "0::/user/run\n");
  write("sys/fs/cgroup/user/run/memory.max", "max\n");
  write("sys/fs/cgroup/user/run/memory.current", "300\n");
  EXPECT_EQ(available(), 8'000'000'000 / 1000 * 1024) << "no limit";
  write("sys/fs/cgroup/user/memory.max", "1000\n");
  write("sys/fs/cgroup/user/memory.current", "900\n");
  EXPECT_EQ(available(), 100) << "the group above has one";
  write("sys/fs/cgroup/user/memory.stat", "anon 200\nfile 700\ninactive_file 500\nactive_file 150\n");
  EXPECT_EQ(available(), 750) << "the kernel gives file cache back";
  write("sys/fs/cgroup/user/run/memory.max", "310\n");
  EXPECT_EQ(available(), 10);
}

TEST_F(ControlGroups, OfVersion1AreReadToo) {
  write("proc/self/cgroup", "5:cpu:/elsewhere\n4:memory:/jobs/a\n0::/\n");
  write("sys/fs/cgroup/memory/jobs/a/memory.limit_in_bytes", "5000\n");
  write("sys/fs/cgroup/memory/jobs/a/memory.usage_in_bytes", "4500\n");
  write("sys/fs/cgroup/memory/jobs/a/memory.stat", "inactive_file 7\ntotal_inactive_file 100\ntotal_active_file 50\n");
  EXPECT_EQ(available(), 650);
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "400\n");
  write("sys/fs/cgroup/memory/memory.usage_in_bytes", "500\n");
  EXPECT_EQ(available(), 0) << "more is in use than a lowered limit allows";
}

}  // namespace
}  // namespace slm::train

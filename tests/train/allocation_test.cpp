#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "slm/core/allocator.h"
#include "slm/core/parallel.h"
#include "slm/kernels/isa.h"
#include "slm/train/trainer.h"
#include "train/small_run.h"

namespace slm::train {
namespace {

using models::Family, nn::ComputeType, optim::OptimizerKind;

// How often the system had been asked for memory after each step.
class AllocationCount : public Observer {
 public:
  void on_step(const StepReport&) override { counts.push_back(host_allocator().stats().system_allocations); }
  std::vector<int64_t> counts;
};

std::vector<int64_t> counts_of_run(Family family, ComputeType compute_type, OptimizerKind optimizer) {
  const models::DecoderConfig config = test::medium_config(family);
  TrainOptions options;
  options.batch_size = 5;  // no multiple of the number of threads
  options.gradient_accumulation_steps = 2;
  options.max_steps = 6;  // all of one size
  options.optimizer.kind = optimizer;
  host_allocator().release_cached();
  models::Decoder model(config, compute_type, 1);
  Trainer trainer(model, test::small_tokens(60 * config.max_seq_len + 1), {}, options);
  const auto count = std::make_shared<AllocationCount>();
  trainer.add_observer(count);
  trainer.run();
  return count->counts;
}

TEST(Allocations, NothingIsTakenFromTheSystemFromTheThirdStepOn) {
  std::vector<ComputeType> compute_types = {ComputeType::kFloat32};
  if (kernels::has_native_bf16()) compute_types.push_back(ComputeType::kBFloat16);
  const int threads = num_threads();
  for (const int num_threads : {1, 2, 3}) {
    set_num_threads(num_threads);
    for (const ComputeType compute_type : compute_types) {
      for (const auto& [family, optimizer] : {std::pair{Family::kClassic, OptimizerKind::kAdamW},
                                              {Family::kGpt2, OptimizerKind::kSgd},
                                              {Family::kLlama, OptimizerKind::kMuon}}) {
        const std::vector<int64_t> counts = counts_of_run(family, compute_type, optimizer);
        ASSERT_EQ(counts.size(), 6U);
        EXPECT_GT(counts[0], 0);
        for (size_t i = 2; i < counts.size(); ++i) {
          EXPECT_EQ(counts[i], counts[1])
              << fmt::format("step {}, {}, {} threads", i + 1, models::name(family), num_threads);
        }
      }
    }
  }
  set_num_threads(threads);
}

}  // namespace
}  // namespace slm::train

#include "slm/cli/training_benchmark.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "slm/cli/peak_rss.h"
#include "slm/core/allocator.h"
#include "slm/kernels/register.h"
#include "slm/ops/linear_cross_entropy.h"
#include "slm/tensor/tensor.h"

namespace slm::cli {
namespace {

TrainingBenchmarkOptions llama_options() {
  models::DecoderConfig model = models::family_defaults(models::Family::kLlama);
  model.vocab_size = 3000;
  model.embed_dim = 64;
  model.num_heads = 4;
  model.num_kv_heads = 2;
  model.head_dim = 16;
  model.num_layers = 3;
  model.hidden_dim = 100;
  model.max_seq_len = 50;
  return {.model = model, .batch_size = 13};
}

TEST(TrainingBenchmark, ItsProductsAreSixOperationsPerMatrixWeightAndToken) {
  const TrainingBenchmarkOptions options = llama_options();
  double operations = 0;
  for (const auto& [shape, count, share] : matmuls_of_step(options)) {
    operations += 2 * share * static_cast<double>(count * shape.m * shape.n * shape.k);
  }
  // q and o are (64, 64), k and v (32, 64), the three of SwiGLU (100, 64); the output layer is (3000, 64).
  const double weights = 3 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 100 * 64) + 3000 * 64;
  EXPECT_DOUBLE_EQ(operations, 6 * weights * 13 * 50);
}

TEST(TrainingBenchmark, TheOutputLayersProductsHaveTheRowsThatTrainingTakesAtOnce) {
  TrainingBenchmarkOptions options = llama_options();
  const auto rows_of_output_layer = [&] {
    std::vector<int64_t> rows;
    for (const StepMatmul& matmul : matmuls_of_step(options)) {
      const auto& [m, n, k] = matmul.shape;
      for (const int64_t side : {m, n, k}) {
        if (std::max({m, n, k}) == 3000 && side != 3000 && side != 64) rows.push_back(side);
      }
    }
    return rows;
  };
  EXPECT_EQ(rows_of_output_layer(), std::vector<int64_t>(3, ops::kCrossEntropyRowsAtOnce));
  options.batch_size = 2;  // fewer rows than that
  EXPECT_EQ(rows_of_output_layer(), std::vector<int64_t>(3, 100));
}

TEST(TrainingBenchmark, ItsMemoryIsThatOfItsStepsAlone) {
  kernels::register_cpu_kernels();
  constexpr int64_t kElements = 80 << 20;
  reset_peak_rss();
  const int64_t before = peak_rss_bytes();
  std::ranges::fill(Tensor::empty({kElements}, DType::kFloat32).span<float>(), 1.0f);  // then kept for reuse
  const int64_t with_large = peak_rss_bytes();
  ASSERT_GT(with_large - before, 4 * kElements / 2);
  host_allocator().release_cached();
  reset_peak_rss();
  if (peak_rss_bytes() > with_large - 4 * kElements / 2) {
    GTEST_SKIP() << "the system does not let a process reset its peak";
  }
  std::ranges::fill(Tensor::empty({kElements}, DType::kFloat32).span<float>(), 1.0f);
  TrainingBenchmarkOptions options = llama_options();
  options.num_steps = 1;
  EXPECT_LT(run_training_benchmark(options).peak_rss_bytes, before + 4 * kElements / 2);
}

}  // namespace
}  // namespace slm::cli

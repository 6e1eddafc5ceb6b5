#include <gtest/gtest.h>

#include <string>

#include "models/reference_run.h"
#include "slm/autograd/tape.h"
#include "slm/optim/gradient_norm.h"
#include "slm/optim/make_optimizer.h"
#include "support/close.h"

namespace slm::test {
namespace {

class TrainingParity : public testing::TestWithParam<const char*> {};

int64_t count_targets(const Tensor& targets) {
  int64_t count = 0;
  for (const int32_t target : targets.span<int32_t>()) count += target >= 0 ? 1 : 0;
  return count;
}

// Adam divides by the root of the second moment: where a gradient is tiny, its rounding error becomes a visible part of
// an update. Single elements may differ by a few of those; a tensor as a whole may not.
void expect_same(const std::string& part, const Tensor& got, const Tensor& want) {
  EXPECT_LT(norm_error(got, want), 1e-4) << part;
  EXPECT_TRUE(close(got, want, 3e-3)) << part;
}

// Ten updates of torch.optim.AdamW with weight decay on matrices, clipping and gradients of two micro-batches with
// unlike numbers of targets.
TEST_P(TrainingParity, TenAdamWStepsMatchTheReferenceImplementation) {
  const ReferenceRun reference(GetParam());
  const nlohmann::json& run = reference.settings();
  const auto decoder = reference.make_decoder(nn::ComputeType::kFloat32);
  const std::vector<nn::Parameter*> parameters = decoder->parameters();
  const auto optimizer = optim::make_optimizer({.kind = optim::OptimizerKind::kAdamW,
                                                .beta1 = run["beta1"],
                                                .beta2 = run["beta2"],
                                                .eps = run["eps"],
                                                .weight_decay = run["weight_decay"]},
                                               parameters);
  const int64_t num_micro_batches = run["gradient_accumulation_steps"];
  const Tensor losses = reference.read("losses"), norms = reference.read("norms");
  for (int64_t step = 0; step < run["num_steps"].get<int64_t>(); ++step) {
    optim::clear_gradients(parameters);
    int64_t num_targets = 0;
    for (int64_t i = 0; i < num_micro_batches; ++i) {
      num_targets += count_targets(reference.micro_batch("targets", step * num_micro_batches + i));
    }
    double loss = 0;
    for (int64_t i = 0; i < num_micro_batches; ++i) {
      const int64_t row = step * num_micro_batches + i;
      Tape tape;
      const auto result = decoder->loss(reference.micro_batch("tokens", row), reference.micro_batch("targets", row),
                                        {.scale = 1.0 / static_cast<double>(num_targets)}, {.is_training = true});
      loss += static_cast<double>(result.loss.value().data<float>()[0]);
      tape.backward(result.loss);
    }
    const optim::GradientNorm norm = optim::gradient_norm(parameters);
    EXPECT_NEAR(loss, static_cast<double>(losses.data<float>()[step]), 1e-4 * loss) << "step " << step;
    EXPECT_NEAR(norm.value, static_cast<double>(norms.data<float>()[step]), 1e-3 * norm.value) << "step " << step;
    optimizer->step({.learning_rate = run["learning_rate"],
                     .gradient_scale = optim::clip_scale(norm.value, run["grad_clip"].get<double>())});
  }
  reference.for_each_part(
      *decoder, "final.", [](const nn::Parameter& parameter) { return parameter.master; },
      [](const std::string& part, const Tensor& got, const Tensor& want) {
        // Softmax does not see a key's bias, so its gradient is zero but for rounding, which Adam scales up to full
        // steps.
        const bool has_key_bias = part.ends_with("in_proj_bias") || part.ends_with("c_attn.bias");
        const int64_t rows = got.shape()[0], third = rows / 3;
        expect_same(part, got.slice(0, has_key_bias ? third : rows), want.slice(0, has_key_bias ? third : rows));
        if (has_key_bias) expect_same(part, got.slice(2 * third, third), want.slice(2 * third, third));
      });
}

INSTANTIATE_TEST_SUITE_P(Families, TrainingParity, testing::Values("classic", "gpt2", "llama", "qwen3"),
                         [](const auto& family) { return std::string(family.param); });

}  // namespace
}  // namespace slm::test

#include <gtest/gtest.h>

#include <string>

#include "models/reference_run.h"
#include "slm/autograd/tape.h"
#include "slm/kernels/isa.h"
#include "support/close.h"

namespace slm::test {
namespace {

class DecoderParity : public testing::TestWithParam<const char*> {};

struct Batch {
  Tensor tokens, targets;
  int64_t num_targets = 0;

  explicit Batch(const ReferenceRun& reference)
      : tokens(reference.micro_batch("tokens", 0)), targets(reference.micro_batch("targets", 0)) {
    for (const int32_t target : targets.span<int32_t>()) num_targets += target >= 0 ? 1 : 0;
  }
};

ops::CrossEntropyResult run_backward(const models::Decoder& decoder, const Batch& batch,
                                     const nn::ForwardContext& context) {
  Tape tape;
  const double scale = 1.0 / static_cast<double>(batch.num_targets);
  const auto result = decoder.loss(batch.tokens, batch.targets, {.scale = scale}, context);
  tape.backward(result.loss);
  return result;
}

Tensor gradient_of(const nn::Parameter& parameter) { return parameter.variable.grad(); }

void expect_parity_in_fp32(const std::string& name, const nn::ForwardContext& context) {
  const ReferenceRun reference(name);
  const auto decoder = reference.make_decoder(nn::ComputeType::kFloat32);
  const Batch batch(reference);
  const Tensor logits = decoder->logits(decoder->hidden_states(batch.tokens, context));
  EXPECT_TRUE(close(logits, reference.read("logits"), 1e-5));
  const auto result = run_backward(*decoder, batch, context);
  EXPECT_TRUE(close(result.loss.value(), reference.read("loss"), 1e-5));
  EXPECT_EQ(result.num_targets, batch.num_targets);
  reference.for_each_part(*decoder, "grad.", gradient_of,
                          [](const std::string& part, const Tensor& got, const Tensor& want) {
                            EXPECT_TRUE(close(got, want, 1e-4)) << part;
                          });
}

TEST_P(DecoderParity, LogitsLossAndEveryGradientMatchTheReferenceImplementation) {
  expect_parity_in_fp32(GetParam(), {.is_training = true});
}

TEST_P(DecoderParity, RecomputedBlocksGiveTheSame) {
  expect_parity_in_fp32(GetParam(), {.is_training = true, .recompute = true});
}

// Each of about a dozen roundings per layer costs half of bf16's epsilon, 2^-7, and they add up. In gradients of
// classic a ReLU whose input changes sign adds or drops a whole unit of the 40; those of qwen3's QK-norm are small
// differences.
int64_t bf16_gradient_limit(const std::string& name) { return name == "classic" ? 24 : name == "qwen3" ? 12 : 6; }

TEST_P(DecoderParity, Bf16StaysWithinItsRounding) {
  if (!kernels::has_native_bf16()) GTEST_SKIP() << "no bf16 products on " << kernels::isa_description();
  const ReferenceRun reference(GetParam());
  const auto decoder = reference.make_decoder(nn::ComputeType::kBFloat16);
  const Batch batch(reference);
  const double epsilon = slm::epsilon(DType::kBFloat16);
  const double limit = static_cast<double>(bf16_gradient_limit(GetParam())) * epsilon;
  const Tensor logits = decoder->logits(decoder->hidden_states(batch.tokens, {}));
  EXPECT_LT(norm_error(logits, reference.read("logits")), 3 * epsilon);
  run_backward(*decoder, batch, {.is_training = true});
  reference.for_each_part(*decoder, "grad.", gradient_of,
                          [&](const std::string& part, const Tensor& got, const Tensor& want) {
                            EXPECT_LT(norm_error(got, want), limit) << part;
                          });
}

TEST_P(DecoderParity, CountsItsParameters) {
  const ReferenceRun reference(GetParam());
  const auto decoder = reference.make_decoder(nn::ComputeType::kFloat32);
  int64_t count = 0;
  for (const nn::Parameter* parameter : decoder->parameters()) count += parameter->master.num_elements();
  EXPECT_EQ(models::num_parameters(reference.config()), count);
}

INSTANTIATE_TEST_SUITE_P(Families, DecoderParity, testing::Values("classic", "gpt2", "llama", "qwen3"),
                         [](const auto& family) { return std::string(family.param); });

}  // namespace
}  // namespace slm::test

#include "slm/train/accumulated_gradient.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "slm/autograd/tape.h"
#include "slm/kernels/squared_norm.h"
#include "slm/train/batch_tensors.h"

namespace slm::train {
namespace {

int64_t count_targets(std::span<const data::Batch> batches) {
  int64_t count = 0;
  for (const data::Batch& batch : batches) count += batch.global_num_targets;
  return count;
}

// Calls pass(batch, loss options, context) for each batch.
template <class Pass>
void for_each_pass(std::span<const data::Batch> batches, const PassOptions& options, Pass&& pass) {
  // Where documents are kept apart, a step may happen to have no target at all: its loss and gradient are zero.
  const double scale = 1.0 / static_cast<double>(std::max<int64_t>(count_targets(batches), 1));
  int64_t rows_before = 0;
  for (const data::Batch& batch : batches) {
    nn::ForwardContext context{.is_training = true,
                               .recompute = options.recompute,
                               .seed = options.seed,
                               .step = static_cast<uint32_t>(options.step),
                               .first_sequence = rows_before + batch.first_row};
    const BatchTensors tensors = to_tensors(batch);
    tensors.describe_to(context);
    pass(tensors, models::Decoder::LossOptions{scale, options.label_smoothing}, context);
    rows_before += batch.global_num_rows;
  }
}

bool is_finite(const Tensor& tensor) {
  const Tensor values = tensor.dtype() == DType::kBFloat16 ? tensor.to(DType::kFloat32) : tensor;
  const Tensor sum = Tensor::empty({1}, DType::kFloat64);
  kernels::squared_norm(values.device(), values.dtype(), {.x = values.view(), .sum = sum.view()});
  return std::isfinite(*sum.data<double>());
}

// Watches one pass and keeps the first value that is not finite.
class Watch {
 public:
  explicit Watch(NonFiniteValue& found) : found_(found) {}

  void see_output(std::string_view op, std::span<const Variable> outputs, std::span<const Variable> inputs) {
    const Variable* first_parameter = nullptr;
    for (const Variable& input : inputs) {
      if (!input.requires_grad() || !input.node()->is_parameter) continue;
      if (first_parameter == nullptr) first_parameter = &input;
      op_of_parameter_[input.node()->name] = op;
    }
    if (first_parameter != nullptr) last_parameter_ = first_parameter->node()->name;
    if (!found_.op.empty()) return;
    for (const Variable& output : outputs) {
      if (!is_finite(output.value())) found_ = {std::string(op), blamed_parameter(inputs), false};
    }
  }

  void see_gradient(const GradNode& parameter) {
    if (!found_.op.empty() || !parameter.has_grad || is_finite(parameter.grad)) return;
    found_ = {std::string(op_of_parameter_[parameter.name]), parameter.name, true};
  }

 private:
  // One that is not finite itself, else the first one of the op, or of an op before it.
  std::string blamed_parameter(std::span<const Variable> inputs) const {
    for (const Variable& input : inputs) {
      const bool is_parameter = input.requires_grad() && input.node()->is_parameter;
      if (is_parameter && !is_finite(input.value())) return input.node()->name;
    }
    return last_parameter_;
  }

  NonFiniteValue& found_;
  std::string last_parameter_;
  std::map<std::string, std::string_view> op_of_parameter_;
};

}  // namespace

AccumulatedGradient accumulate_gradient(const models::Decoder& model, optim::Parameters parameters,
                                        std::span<const data::Batch> batches, const PassOptions& options) {
  optim::clear_gradients(parameters);
  AccumulatedGradient gathered;
  for_each_pass(batches, options,
                [&](const BatchTensors& batch, const auto& loss_options, const nn::ForwardContext& context) {
                  Tape tape;
                  const auto result = model.loss(batch.tokens, batch.targets, loss_options, context);
                  gathered.loss_sum += result.loss_sum;
                  gathered.num_targets += result.num_targets;
                  tape.backward(result.loss);
                });
  return gathered;
}

NonFiniteValue find_non_finite(const models::Decoder& model, optim::Parameters parameters,
                               std::span<const data::Batch> batches, const PassOptions& options) {
  NonFiniteValue found;
  PassOptions plain = options;
  plain.recompute = false;  // which would hide the ops inside a block
  for_each_pass(
      batches, plain, [&](const BatchTensors& batch, const auto& loss_options, const nn::ForwardContext& context) {
        if (!found.op.empty()) return;
        optim::clear_gradients(parameters);
        Watch watch(found);
        Tape tape;
        tape.observe_outputs([&](std::string_view op, std::span<const Variable> outputs,
                                 std::span<const Variable> inputs) { watch.see_output(op, outputs, inputs); });
        const auto result = model.loss(batch.tokens, batch.targets, loss_options, context);
        if (!found.op.empty()) return;
        tape.backward(result.loss, {}, [&](const GradNode& parameter) { watch.see_gradient(parameter); });
      });
  optim::clear_gradients(parameters);
  return found;
}

}  // namespace slm::train

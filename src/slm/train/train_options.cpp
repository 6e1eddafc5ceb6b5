#include "slm/train/train_options.h"

#include <fmt/format.h>

#include "slm/core/error.h"

namespace slm::train {
namespace {

void check(bool is_fine, std::string_view option, auto value, std::string_view expected) {
  if (!is_fine) throw UsageError(fmt::format("--{}: got {}, expected {}", option, value, expected));
}

}  // namespace

void validate(const TrainOptions& options) {
  // Negated comparisons also catch NaN.
  check(options.batch_size >= 1, "batch_size", options.batch_size, "at least 1");
  check(options.gradient_accumulation_steps >= 1, "gradient_accumulation_steps", options.gradient_accumulation_steps,
        "at least 1");
  check(options.max_steps >= 0, "max_steps", options.max_steps, "0 or more");
  check(options.max_steps > 0 || options.epochs >= 1, "epochs", options.epochs, "at least 1");
  check(options.learning_rate > 0 && options.learning_rate <= 1e6, "learning_rate", options.learning_rate,
        "a number above 0, at most 1e+06");
  check(options.min_learning_rate >= 0 && options.min_learning_rate <= options.learning_rate, "min_learning_rate",
        options.min_learning_rate, "0 to the learning rate");
  check(options.warmup_steps >= 0, "warmup_steps", options.warmup_steps, "0 or more");
  check(options.grad_clip >= 0, "grad_clip", options.grad_clip, "0 or more");
  check(options.label_smoothing >= 0 && options.label_smoothing < 1, "label_smoothing", options.label_smoothing,
        "at least 0 and below 1");
  check(options.optimizer.beta1 >= 0 && options.optimizer.beta1 < 1, "beta1", options.optimizer.beta1,
        "at least 0 and below 1");
  check(options.optimizer.beta2 >= 0 && options.optimizer.beta2 < 1, "beta2", options.optimizer.beta2,
        "at least 0 and below 1");
  check(options.optimizer.eps > 0, "eps", options.optimizer.eps, "a number above 0");
  check(options.optimizer.weight_decay >= 0, "weight_decay", options.optimizer.weight_decay, "0 or more");
  check(options.eval_every >= 0, "eval_every", options.eval_every, "0 or more");
  check(options.save_every >= 0, "save_every", options.save_every, "0 or more");
  check(options.keep_last >= 1, "keep_last", options.keep_last, "at least 1");
  check(options.sample_every >= 0, "sample_every", options.sample_every, "0 or more");
}

}  // namespace slm::train

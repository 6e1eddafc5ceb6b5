#pragma once

#include <cstdint>
#include <string_view>

namespace slm::optim {

enum class ScheduleKind { kConstant, kLinear, kCosine, kWsd };

// The learning rate as a function of the step. With r = (step - warmup_steps) / (num_steps - warmup_steps), the part of
// the time after the warmup that has passed, and the learning rate falling from `high` to `low`:
//   warmup     high * (step + 1) / (warmup_steps + 1)     for step < warmup_steps, in every kind
//   constant   high
//   linear     low + (high - low) * (1 - r)
//   cosine     low + (high - low) * (1 + cos(pi * r)) / 2     nanoGPT's, with its lr_decay_iters = num_steps
//   wsd        high until the last fifth of num_steps (wsd_decay_fraction), then linear to low (arXiv:2404.06395)
// From num_steps on: low (constant: high).
struct Schedule {
  ScheduleKind kind = ScheduleKind::kConstant;
  double learning_rate = 1e-3;   // high
  double min_learning_rate = 0;  // low
  int64_t warmup_steps = 0;
  int64_t num_steps = 0;            // of the whole run
  double wsd_decay_fraction = 0.2;  // of num_steps
};

// Of the update that takes the model from `step` updates to step + 1.
double learning_rate_at(const Schedule& schedule, int64_t step);

std::string_view name(ScheduleKind kind);            // "cosine"
ScheduleKind parse_schedule(std::string_view text);  // throws UsageError

}  // namespace slm::optim

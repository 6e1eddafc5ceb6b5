#include "slm/optim/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "slm/core/error.h"

namespace slm::optim {
namespace {

constexpr ScheduleKind kKinds[] = {ScheduleKind::kConstant, ScheduleKind::kLinear, ScheduleKind::kCosine,
                                   ScheduleKind::kWsd};

// How much of the way from `begin` to `end` lies behind `step`: 0 to 1.
double passed(int64_t step, int64_t begin, int64_t end) {
  if (step >= end) return 1;
  if (step <= begin) return 0;
  return static_cast<double>(step - begin) / static_cast<double>(end - begin);
}

// 1 at the schedule's height, 0 at its floor.
double height(const Schedule& schedule, int64_t step) {
  switch (schedule.kind) {
    case ScheduleKind::kConstant:
      return 1;
    case ScheduleKind::kLinear:
      return 1 - passed(step, schedule.warmup_steps, schedule.num_steps);
    case ScheduleKind::kCosine:
      return 0.5 * (1 + std::cos(std::numbers::pi * passed(step, schedule.warmup_steps, schedule.num_steps)));
    case ScheduleKind::kWsd: {
      const auto decay_steps = std::llround(schedule.wsd_decay_fraction * static_cast<double>(schedule.num_steps));
      const int64_t decay_begin = std::max<int64_t>(schedule.warmup_steps, schedule.num_steps - decay_steps);
      return 1 - passed(step, decay_begin, schedule.num_steps);
    }
  }
  return 1;
}

}  // namespace

double learning_rate_at(const Schedule& schedule, int64_t step) {
  if (step < schedule.warmup_steps) {
    return schedule.learning_rate * static_cast<double>(step + 1) / static_cast<double>(schedule.warmup_steps + 1);
  }
  const double range = schedule.learning_rate - schedule.min_learning_rate;
  return schedule.min_learning_rate + height(schedule, step) * range;
}

std::string_view name(ScheduleKind kind) {
  constexpr std::string_view kNames[] = {"constant", "linear", "cosine", "wsd"};
  return kNames[static_cast<int>(kind)];
}

ScheduleKind parse_schedule(std::string_view text) {
  for (const ScheduleKind kind : kKinds) {
    if (text == name(kind)) return kind;
  }
  throw UsageError(fmt::format("--schedule: got '{}', expected constant, linear, cosine or wsd", text));
}

}  // namespace slm::optim

#include "slm/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "optim/optimizer_fixture.h"
#include "slm/core/error.h"

namespace slm::optim {
namespace {

TEST(Schedule, CosineAndLinearWithoutWarmupAreThoseOfTorch) {
  for (const ScheduleKind kind : {ScheduleKind::kCosine, ScheduleKind::kLinear}) {
    const Schedule schedule{.kind = kind, .learning_rate = 3e-3, .min_learning_rate = 3e-4, .num_steps = 40};
    int64_t step = 0;
    for (const auto& want : test::optimizer_fixtures()["schedules"][std::string(name(kind))]) {
      EXPECT_NEAR(learning_rate_at(schedule, step), want.get<double>(), 1e-14) << name(kind) << " at step " << step;
      ++step;
    }
  }
}

// get_lr() of nanoGPT's train.py, in its own terms.
double nano_gpt_learning_rate(int it) {
  const double learning_rate = 1e-3, min_lr = 1e-4;
  const int warmup_iters = 100, lr_decay_iters = 2000;
  if (it < warmup_iters) return learning_rate * (it + 1) / (warmup_iters + 1);
  if (it > lr_decay_iters) return min_lr;
  const double decay_ratio = static_cast<double>(it - warmup_iters) / (lr_decay_iters - warmup_iters);
  return min_lr + 0.5 * (1.0 + std::cos(std::numbers::pi * decay_ratio)) * (learning_rate - min_lr);
}

TEST(Schedule, CosineWithWarmupIsThatOfNanoGpt) {
  const Schedule schedule{.kind = ScheduleKind::kCosine,
                          .learning_rate = 1e-3,
                          .min_learning_rate = 1e-4,
                          .warmup_steps = 100,
                          .num_steps = 2000};
  for (int step = 0; step < 2100; ++step) {
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule, step), nano_gpt_learning_rate(step)) << "step " << step;
  }
}

TEST(Schedule, ConstantStaysAfterTheWarmup) {
  const Schedule schedule{.learning_rate = 0.5, .warmup_steps = 4, .num_steps = 10};
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 0), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 3), 0.4);
  for (const int64_t step : {4, 9, 10, 1000}) EXPECT_DOUBLE_EQ(learning_rate_at(schedule, step), 0.5);
}

TEST(Schedule, WsdHoldsThenFallsOverTheLastFifth) {
  const Schedule schedule{
      .kind = ScheduleKind::kWsd, .learning_rate = 1.0, .min_learning_rate = 0.5, .warmup_steps = 10, .num_steps = 100};
  EXPECT_LT(learning_rate_at(schedule, 9), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 10), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 80), 1.0);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 90), 0.75);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 100), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 1000), 0.5);
}

TEST(Schedule, SurvivesAWarmupLongerThanTheRun) {
  for (const ScheduleKind kind : {ScheduleKind::kLinear, ScheduleKind::kCosine, ScheduleKind::kWsd}) {
    const Schedule schedule{
        .kind = kind, .learning_rate = 1.0, .min_learning_rate = 0.25, .warmup_steps = 10, .num_steps = 5};
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 4), 5.0 / 11.0);
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule, 10), 0.25);
  }
}

TEST(Schedule, NamesRoundTripAndUnknownOnesAreRefused) {
  for (const char* text : {"constant", "linear", "cosine", "wsd"}) EXPECT_EQ(name(parse_schedule(text)), text);
  try {
    parse_schedule("cosin");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--schedule: got 'cosin', expected constant, linear, cosine or wsd");
  }
}

}  // namespace
}  // namespace slm::optim

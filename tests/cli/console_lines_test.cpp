#include "slm/cli/console_lines.h"

#include <gtest/gtest.h>

namespace slm::cli {
namespace {

TEST(ConsoleLines, AreWordForWordThoseOfTheDocumentation) {
  EXPECT_EQ(format_step({.epoch = 1,
                         .batch = 10,
                         .loss = 4.87621,
                         .learning_rate = 5e-5,
                         .grad_norm = 0.913,
                         .tokens_per_s = 1611.6,
                         .share_of_peak = 0.7104,
                         .precision = "bf16"}),
            "Epoch 1, Batch 10, Loss: 4.8762 | lr 5.0e-05 | norm 0.91 | 1,612 tok/s | 71% of bf16 peak");
  EXPECT_EQ(format_epoch({.epoch = 1,
                          .num_epochs = 10,
                          .loss = 4.5123,
                          .val_loss = 4.41,
                          .accuracy = 0.2351,
                          .perplexity = 82.27,
                          .bits_per_byte = {}}),
            "Epoch 1/10, Loss: 4.5123, Val Loss: 4.4100, Accuracy: 23.51%, Perplexity: 82.3");
}

TEST(ConsoleLines, SayHowLongTrainingWaitedForData) {
  EXPECT_EQ(format_wait(0.13, 612.4), "waited for data: 0.02% of 612 s of training");
  EXPECT_EQ(format_wait(0.5, 2), "waited for data: 25.00% of 2.0 s of training");
  EXPECT_EQ(format_wait(0, 0), "waited for data: 0.00% of 0.0 s of training");
}

}  // namespace
}  // namespace slm::cli

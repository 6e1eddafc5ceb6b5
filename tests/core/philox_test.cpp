#include "slm/core/philox.h"

#include <gtest/gtest.h>

namespace slm {
namespace {

// Known-answer vectors published with the authors' Random123 library (kat_vectors, philox4x32 with 10 rounds).
TEST(Philox, GivesThePublishedKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, NormalsHaveTheMomentsOfTheStandardNormal) {
  const RandomStream random{.seed = 7, .stream = 3, .step = 1};
  constexpr int kCount = 200000;
  double sum = 0, squares = 0, fourth = 0;
  for (uint64_t i = 0; i < kCount; ++i) {
    const double x = random.normal(i);
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  // Five standard errors of each estimate: 1, sqrt(2) and sqrt(96) over sqrt(kCount).
  EXPECT_NEAR(sum / kCount, 0.0, 5 * 0.002236);
  EXPECT_NEAR(squares / kCount, 1.0, 5 * 0.003162);
  EXPECT_NEAR(fourth / kCount, 3.0, 5 * 0.0219);
}

TEST(RandomStream, DiffersBetweenSeedsStreamsAndSteps) {
  const RandomStream base{.seed = 1, .stream = 2, .step = 3};
  EXPECT_EQ(base.word(9), base.block(2)[1]);
  EXPECT_NE(base.block(0), (RandomStream{.seed = 2, .stream = 2, .step = 3}.block(0)));
  EXPECT_NE(base.block(0), (RandomStream{.seed = 1, .stream = 3, .step = 3}.block(0)));
  EXPECT_NE(base.block(0), (RandomStream{.seed = 1, .stream = 2, .step = 4}.block(0)));
}

}  // namespace
}  // namespace slm

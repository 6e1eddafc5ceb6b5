#include "slm/core/parallel.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace slm {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnceInPiecesOfWholeGrains) {
  for (const int64_t size : {0, 1, 5, 64, 1000, 1001}) {
    for (const int64_t grain : {1, 7, 64, 2000}) {
      std::vector<int> visits(static_cast<size_t>(size), 0);
      parallel_for(0, size, grain, [&](int64_t begin, int64_t end) {
        EXPECT_EQ(begin % grain, 0);
        for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
      });
      for (const int count : visits) ASSERT_EQ(count, 1) << "size " << size << ", grain " << grain;
    }
  }
}

TEST(ParallelFor, RethrowsAnExceptionOfTheBody) {
  EXPECT_THROW(parallel_for(0, 100, 1, [](int64_t, int64_t) { throw std::runtime_error("from the body"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace slm

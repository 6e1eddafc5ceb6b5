#include "slm/cli/held_tokens.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace slm::cli {
namespace {

using text::TokenOffsets;

// More tokens than stay in memory, and a std::deque of the same.
TEST(HeldTokens, GiveWhatIsLeftInItsOrder) {
  std::mt19937 random(4);
  for (const bool has_offsets : {false, true}) {
    HeldTokens held;
    for (const size_t limit : {size_t{10}, size_t{400'000}, size_t{1'500'000}, size_t{9'000'000}, size_t{0}}) {
      std::deque<int32_t> expected;
      int32_t id = 0;
      for (size_t num_added = 0; num_added < 3'500'000;) {
        const size_t count = random() % 300'000;
        std::vector<int32_t> ids(count);
        for (int32_t& value : ids) value = id++;
        std::vector<TokenOffsets> offsets(has_offsets ? count : 0);
        for (size_t i = 0; i < offsets.size(); ++i) offsets[i] = {ids[i], ids[i] + 1};
        held.add(ids, offsets);
        held.keep_last(limit);
        expected.insert(expected.end(), ids.begin(), ids.end());
        if (expected.size() > limit)
          expected.erase(expected.begin(), expected.end() - static_cast<std::ptrdiff_t>(limit));
        num_added += count;
      }
      for (int repeat = 0; repeat < 2; ++repeat) {
        size_t at = 0, num_wrong = 0;
        held.give([&](auto ids, auto offsets) {
          EXPECT_EQ(offsets.size(), has_offsets ? ids.size() : 0);
          for (size_t i = 0; i < ids.size(); ++i, ++at) {
            num_wrong += at >= expected.size() || ids[i] != expected[at];
            if (has_offsets) num_wrong += offsets[i] != TokenOffsets{ids[i], ids[i] + 1};
          }
        });
        EXPECT_EQ(at, expected.size());
        EXPECT_EQ(num_wrong, 0u);
      }
      held.clear();
      held.give([](auto, auto) { FAIL(); });
    }
  }
}

}  // namespace
}  // namespace slm::cli

#include "slm/data/block_pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace slm::data {
namespace {

using Pipeline = BlockPipeline<int, int>;
using std::chrono::milliseconds;

// Numbers 0 to `count`, their squares made slowly where they are even; a failure at `failing`.
Pipeline::Stages squares(int count, int num_threads, int failing_read = -1, int failing_work = -1) {
  auto next = std::make_shared<int>(0);
  return {.read =
              [=](int& block) {
                if (*next == failing_read) throw std::runtime_error("cannot read " + std::to_string(*next));
                block = (*next)++;
                return block < count;
              },
          .work =
              [=](int& block, int& result) {
                if (block % 2 == 0) std::this_thread::sleep_for(milliseconds(1));
                if (block == failing_work) throw std::runtime_error("cannot work on " + std::to_string(block));
                result = block * block;
              },
          .size = [](const int&) { return int64_t{1}; },
          .num_threads = num_threads};
}

// The next result; nothing at the end, or while there is none yet.
std::optional<int> next_of(Pipeline& pipeline, milliseconds patience = milliseconds(100000)) {
  int result = 0;
  return pipeline.next(result, patience) ? std::optional(result) : std::nullopt;
}

std::vector<int> results_of(Pipeline& pipeline) {
  std::vector<int> results;
  while (const std::optional<int> result = next_of(pipeline)) results.push_back(*result);
  return results;
}

TEST(BlockPipeline, GivesTheResultsInTheOrderOfReading) {
  std::vector<int> expected;
  for (int i = 0; i < 200; ++i) expected.push_back(i * i);
  for (const int num_threads : {1, 2, 7}) {
    Pipeline pipeline(squares(200, num_threads));
    EXPECT_EQ(results_of(pipeline), expected) << num_threads;
  }
}

TEST(BlockPipeline, EndsWithoutABlock) {
  Pipeline pipeline(squares(0, 3));
  EXPECT_TRUE(results_of(pipeline).empty());
}

TEST(BlockPipeline, ThrowsInThePlaceOfTheFailure) {
  for (const bool is_read : {true, false}) {
    Pipeline pipeline(squares(100, 4, is_read ? 50 : -1, is_read ? -1 : 50));
    for (int i = 0; i < 50; ++i) EXPECT_EQ(next_of(pipeline), i * i);
    try {
      next_of(pipeline);
      ADD_FAILURE() << "no error";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), is_read ? "cannot read 50" : "cannot work on 50");
    }
  }
}

TEST(BlockPipeline, ReadsNoFurtherThanItsBounds) {
  std::atomic<int> num_read = 0;
  Pipeline::Stages stages = squares(1000, 2);
  const auto read = stages.read;
  stages.read = [&](int& block) { return ++num_read, read(block); };
  stages.max_bytes = 5;
  Pipeline pipeline(std::move(stages));
  EXPECT_EQ(next_of(pipeline), 0);
  for (int i = 0; i < 100; ++i) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_LE(num_read, 7);
}

TEST(BlockPipeline, UsesMemoryAgainUnlessItIsMuch) {
  using Bytes = std::vector<char>;
  for (const bool is_much : {false, true}) {
    int num_read = 0;
    std::set<const char*> memory_of_blocks, memory_of_results;  // of the last is used up to the end
    BlockPipeline<Bytes, Bytes> pipeline({.read =
                                              [&](Bytes& block) {
                                                block.assign(4096, 'x');
                                                memory_of_blocks.insert(block.data());
                                                return ++num_read <= 200;
                                              },
                                          .work = [](Bytes& block, Bytes& result) { result.assign(block.size(), 'y'); },
                                          .size = [&](const Bytes&) { return int64_t{is_much ? 100 : 1}; },
                                          .num_threads = 2,
                                          .max_bytes = 400});
    std::vector<Bytes> kept;  // so that nothing can stand where one of them stood
    Bytes result;
    int num_results = 0;
    for (; pipeline.next(result, milliseconds(100000)); ++num_results) {
      memory_of_results.insert(result.data());
      if (is_much) kept.push_back(std::move(result));
    }
    EXPECT_EQ(num_results, 200);
    if (is_much) {
      EXPECT_EQ(memory_of_results.size(), 200u);
    } else {
      EXPECT_LE(memory_of_blocks.size(), 30u);
      EXPECT_LE(memory_of_results.size(), 30u);
    }
  }
}

TEST(BlockPipeline, SaysWhenItIsWaiting) {
  std::atomic<bool> may_read = false;
  Pipeline pipeline({.read =
                         [&](int& block) {
                           while (!may_read) std::this_thread::yield();
                           block = 3;
                           return may_read.exchange(false);
                         },
                     .work = [](int& block, int& result) { result = block; },
                     .size = [](const int&) { return int64_t{1}; }});
  EXPECT_FALSE(next_of(pipeline, milliseconds(1)));
  EXPECT_TRUE(pipeline.is_waiting());
  may_read = true;
  EXPECT_EQ(next_of(pipeline), 3);
  may_read = true;  // lets the reading thread end
}

}  // namespace
}  // namespace slm::data

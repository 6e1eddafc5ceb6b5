#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace slm::data {

// One thread reads, several work, and the caller takes the results in the order of reading: the same sequence for any
// number of threads. What is read but not yet taken is bounded, by number and by bytes. The memory of blocks and
// results is used again: new memory costs the system as much as parsing does.
template <class Block, class Result>
class BlockPipeline {
 public:
  struct Stages {
    // Overwrites a block, which may have been used before; false at the end. Called from one thread.
    std::function<bool(Block&)> read;
    std::function<void(Block&, Result&)> work;  // overwrites the result, as above; from any thread
    std::function<int64_t(const Block&)> size;  // in bytes
    int num_threads = 1;
    int64_t max_bytes = int64_t{48} << 20;  // read and not yet taken; one block may always be
  };

  explicit BlockPipeline(Stages stages) : stages_(std::move(stages)) {
    max_slots_ = 8 + 4 * static_cast<size_t>(stages_.num_threads);
    max_ahead_ = 2 + static_cast<size_t>(stages_.num_threads);
    reader_ = std::thread([this] {
      read_all();
      const std::lock_guard lock(mutex_);
      has_reader_ended_ = true;
      changed_.notify_all();
    });
    for (int i = 0; i < stages_.num_threads; ++i) workers_.emplace_back([this] { work_all(); });
  }

  // Ends all threads; what they have begun is lost. Waits for a read that is under way.
  ~BlockPipeline() {
    stop();
    reader_.join();
  }
  BlockPipeline(const BlockPipeline&) = delete;
  BlockPipeline& operator=(const BlockPipeline&) = delete;

  // Swaps the next result with `result`; false at the end. An exception of read or work comes out here, in its place of
  // the order. Waits at most `patience` and then returns false with is_waiting(), so that the caller can look at other
  // things.
  bool next(Result& result, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    is_waiting_ = !changed_.wait_for(
        lock, patience, [&] { return slots_.empty() ? is_read_ : slots_.front()->is_done || slots_.front()->error; });
    if (is_waiting_ || slots_.empty()) return false;
    const std::unique_ptr<Slot> slot = std::move(slots_.front());
    slots_.pop_front();
    if (num_begun_ > 0) --num_begun_;  // no worker takes the slot of the reader's exception
    bytes_ -= slot->bytes;
    if (!slot->error) {
      std::swap(slot->result, result);
      if (is_kept(bytes_of_last_)) spare_results_.push_back(std::move(slot->result));
      bytes_of_last_ = slot->bytes;
    }
    lock.unlock();
    changed_.notify_all();
    if (slot->error) std::rethrow_exception(slot->error);
    return true;
  }
  bool is_waiting() const { return is_waiting_; }

  // Ends the threads that work. Returns whether the one that reads has ended, too: it may be waiting for input that
  // does not come.
  bool stop() {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : workers_) thread.join();
    workers_.clear();
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return has_reader_ended_; });
  }

 private:
  // Reading a block takes less, except from a pipe or a server that stands still.
  static constexpr std::chrono::milliseconds kPatience{500};

  struct Slot {
    Block block;
    int64_t bytes = 0;
    Result result;
    bool is_done = false;
    std::exception_ptr error;
  };

  // Large ones are too much to keep.
  bool is_kept(int64_t block_bytes) const { return block_bytes <= stages_.max_bytes / 16; }

  template <class T>
  static T taken_from(std::vector<T>& spare) {
    if (spare.empty()) return {};
    T taken = std::move(spare.back());
    spare.pop_back();
    return taken;
  }

  void read_all() {
    while (true) {
      auto slot = std::make_unique<Slot>();
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] {
          return is_stopped_ || slots_.empty() ||
                 (slots_.size() < max_slots_ && slots_.size() - num_begun_ < max_ahead_ && bytes_ < stages_.max_bytes);
        });
        if (is_stopped_) return;
        slot->block = taken_from(spare_blocks_);
      }
      bool is_end = false;
      try {
        is_end = !stages_.read(slot->block);
        if (!is_end) slot->bytes = stages_.size(slot->block);
      } catch (...) {
        slot->error = std::current_exception();
      }
      const bool has_failed = slot->error != nullptr;
      {
        const std::lock_guard lock(mutex_);
        if (!is_end) {
          bytes_ += slot->bytes;
          slots_.push_back(std::move(slot));
        }
        is_read_ = is_end || has_failed;
      }
      changed_.notify_all();
      if (is_end || has_failed) return;
    }
  }

  void work_all() {
    while (true) {
      Slot* slot;
      Result result;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return is_stopped_ || num_begun_ < slots_.size() || is_read_; });
        if (is_stopped_ || num_begun_ >= slots_.size()) return;
        slot = slots_[num_begun_].get();
        if (slot->error) return;  // the reader's, the last of all
        ++num_begun_;
        result = taken_from(spare_results_);
      }
      std::exception_ptr error;
      try {
        stages_.work(slot->block, result);
      } catch (...) {
        error = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex_);
        if (is_kept(slot->bytes)) spare_blocks_.push_back(std::move(slot->block));
        slot->block = {};
        slot->result = std::move(result);
        slot->is_done = true;
        slot->error = std::move(error);  // the caller may be the one that ends it
      }
      changed_.notify_all();
    }
  }

  Stages stages_;
  size_t max_slots_;
  size_t max_ahead_;  // blocks that wait for a worker: enough to bridge a slow read, and still in the cache when begun
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Slot>> slots_;  // guarded by mutex_, as all below; in the order of reading
  size_t num_begun_ = 0;                     // slots from the front that a worker has taken
  std::vector<Block> spare_blocks_;
  std::vector<Result> spare_results_;
  int64_t bytes_of_last_ = 0;  // of the block of the last result taken
  int64_t bytes_ = 0;
  bool is_read_ = false;
  bool is_stopped_ = false;
  bool has_reader_ended_ = false;
  std::thread reader_;
  std::vector<std::thread> workers_;
  bool is_waiting_ = false;  // of the caller
};

}  // namespace slm::data

#include "slm/data/spooled_blocks.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "slm/storage/nameless_file.h"

namespace slm::data {
namespace {

constexpr std::chrono::milliseconds kPatience{50};

int64_t num_tokens(const PreparedBlock& block) {
  int64_t count = 0;
  for (const PreparedBlock::Document& document : block.documents) count += document.num_tokens;
  return count;
}

// Blocks as bytes, first in, first out. What is in the file is younger than what is in memory.
class Spool {
 public:
  explicit Spool(const SpoolOptions& options) : folder_(options.folder), max_in_memory_(options.max_in_memory) {}

  void push(std::string bytes) {
    if (sizes_.empty() && bytes_in_memory_ < max_in_memory_) {
      bytes_in_memory_ += std::ssize(bytes);
      in_memory_.push_back(std::move(bytes));
      return;
    }
    if (!file_) file_.emplace(folder_, "prepared text that waits for its turn");
    file_->write(std::as_bytes(std::span(bytes)), file_end_);
    file_end_ += std::ssize(bytes);
    sizes_.push_back(std::ssize(bytes));
  }

  bool empty() const { return in_memory_.empty() && sizes_.empty(); }

  std::string pop() {
    if (!in_memory_.empty()) {
      std::string bytes = std::move(in_memory_.front());
      in_memory_.pop_front();
      bytes_in_memory_ -= std::ssize(bytes);
      return bytes;
    }
    std::string bytes(static_cast<size_t>(sizes_.front()), '\0');
    sizes_.pop_front();
    file_->read(std::as_writable_bytes(std::span(bytes)), file_begin_);
    file_->forget(file_begin_, std::ssize(bytes));
    file_begin_ += std::ssize(bytes);
    if (sizes_.empty()) {
      file_begin_ = file_end_ = 0;
      file_->resize(0);
    }
    return bytes;
  }

 private:
  std::string folder_;
  int64_t max_in_memory_;
  std::deque<std::string> in_memory_;
  int64_t bytes_in_memory_ = 0;
  std::optional<storage::NamelessFile> file_;
  std::deque<int64_t> sizes_;  // of those in the file
  int64_t file_begin_ = 0, file_end_ = 0;
};

class SpooledBlocks final : public BlockSource {
 public:
  SpooledBlocks(std::unique_ptr<BlockSource> source, const SpoolOptions& options)
      : source_(std::move(source)), max_tokens_(options.max_tokens), spool_(options), thread_([this] { take_all(); }) {}

  ~SpooledBlocks() override { end_thread(); }

  Next next(PreparedBlock& block) override {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return !spool_.empty() || is_done_; })) return Next::kWaiting;
    if (!spool_.empty()) {
      const std::string bytes = spool_.pop();
      lock.unlock();
      block = decode_prepared_block(bytes);
      lock.lock();
      num_tokens_ -= num_tokens(block);
      changed_.notify_all();
      return Next::kBlock;
    }
    if (error_) std::rethrow_exception(error_);
    return Next::kEnd;
  }

  bool stop() override {
    end_thread();
    return source_->stop();
  }
  int64_t bytes_read() const override { return source_->bytes_read(); }
  std::optional<int64_t> bytes_total() const override { return source_->bytes_total(); }

 private:
  void end_thread() {
    {
      const std::lock_guard lock(mutex_);
      is_stopped_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void take_all() {
    std::exception_ptr error;
    try {
      while (take_one()) continue;
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);  // the caller may be the one that ends it
    is_done_ = true;
    changed_.notify_all();
  }

  // False at the end.
  bool take_one() {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return is_stopped_ || spool_.empty() || !max_tokens_ || num_tokens_ < *max_tokens_; });
    }
    PreparedBlock block;
    const Next next = source_->next(block);
    std::string bytes = next == Next::kBlock ? encode(block) : std::string();
    const std::lock_guard lock(mutex_);
    if (next == Next::kEnd || is_stopped_) return false;
    if (next == Next::kBlock) {
      spool_.push(std::move(bytes));
      num_tokens_ += num_tokens(block);
    }
    changed_.notify_all();
    return true;
  }

  std::unique_ptr<BlockSource> source_;  // of the thread, but for its stop() and what any thread may ask
  const std::optional<int64_t> max_tokens_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Spool spool_;             // guarded by mutex_, as all below
  int64_t num_tokens_ = 0;  // in spool_
  bool is_done_ = false;
  bool is_stopped_ = false;
  std::exception_ptr error_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<BlockSource> open_spooled_blocks(std::unique_ptr<BlockSource> source, SpoolOptions options) {
  return std::make_unique<SpooledBlocks>(std::move(source), options);
}

}  // namespace slm::data

#pragma once

#include <atomic>

namespace slm::cli {

// While it lives, SIGINT and SIGTERM set a flag instead of ending the program; the same signal once more ends it.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& flag() const;
  // 130 after SIGINT, 143 after SIGTERM, else 0.
  int exit_code() const;
};

}  // namespace slm::cli

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace slm::cli {

// One line at the bottom of a terminal, on standard error, redrawn in place: how much of the work is done, what there
// is to say about it, and the time left. Draws nothing where standard error is no terminal.
class ProgressBar {
 public:
  ProgressBar(std::string label, bool is_enabled);
  ~ProgressBar();  // removes the line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // At most ten times a second; `done` of `total` (0: unknown) since the start.
  void update(int64_t done, int64_t total, std::string_view text);
  // The same for bytes, with their number and how many a second there were since the bar was made.
  void update_bytes(int64_t done, int64_t total);
  // Takes the line away so that other output can be written; the next update draws it again.
  void hide();

 private:
  std::string label_;
  bool is_enabled_;
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point made_;
  int64_t first_done_ = -1;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_draw_;
};

bool is_terminal(int file_descriptor);

// "1:02:03", "4:05", "0:07"
std::string format_duration(double seconds);

}  // namespace slm::cli

#include "slm/cli/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

namespace slm::cli {
namespace {

constexpr int kBarWidth = 24;

int terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

bool is_terminal(int file_descriptor) { return isatty(file_descriptor) == 1; }

std::string format_duration(double seconds) {
  const auto total = static_cast<int64_t>(std::llround(std::max(0.0, seconds)));
  const int64_t hours = total / 3600, minutes = total / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, total % 60);
  return fmt::format("{}:{:02}", minutes, total % 60);
}

ProgressBar::ProgressBar(std::string label, bool is_enabled)
    : label_(std::move(label)),
      is_enabled_(is_enabled && is_terminal(STDERR_FILENO)),
      made_(std::chrono::steady_clock::now()),
      start_(made_),
      last_draw_() {}

ProgressBar::~ProgressBar() { hide(); }

void ProgressBar::update(int64_t done, int64_t total, std::string_view text) {
  if (!is_enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  if (first_done_ < 0) {
    first_done_ = done;
    start_ = now;
  }
  if (now - last_draw_ < std::chrono::milliseconds(100) && done != total) return;
  last_draw_ = now;
  std::string line = label_ + ' ';
  if (total > 0) {
    const double share = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
    const auto filled = static_cast<size_t>(share * kBarWidth);
    line +=
        fmt::format("[{}{}] {:3.0f}% ", std::string(filled, '='), std::string(kBarWidth - filled, ' '), share * 100);
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    if (done > first_done_) {
      const double left = elapsed * static_cast<double>(total - done) / static_cast<double>(done - first_done_);
      line += fmt::format("ETA {} ", format_duration(left));
    }
  }
  line += text;
  const auto width = static_cast<size_t>(terminal_width() - 1);
  if (line.size() > width) line.resize(width);
  std::cerr << '\r' << line << "\x1b[K" << std::flush;
  is_shown_ = true;
}

void ProgressBar::update_bytes(int64_t done, int64_t total) {
  if (!is_enabled_) return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - made_;
  const double megabytes = static_cast<double>(done) / 1e6;
  update(done, total, fmt::format("{:.0f} MB, {:.1f} MB/s", megabytes, megabytes / elapsed.count()));
}

void ProgressBar::hide() {
  if (!is_shown_) return;
  std::cerr << "\r\x1b[K" << std::flush;
  is_shown_ = false;
}

}  // namespace slm::cli

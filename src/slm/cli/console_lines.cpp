#include "slm/cli/console_lines.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace slm::cli {
namespace {

// A number with three digits and the largest of the units, 1000 apart, that it reaches.
template <size_t N>
std::string in_units(double number, const std::array<const char*, N>& units) {
  size_t unit = 0;
  while (number >= 999.5 && unit + 1 < N) {
    number /= 1000;
    ++unit;
  }
  const bool is_whole = unit == 0 || number >= 99.95;
  return is_whole ? fmt::format("{:.0f}{}", number, units[unit]) : fmt::format("{:.1f}{}", number, units[unit]);
}

}  // namespace

std::string with_thousands(int64_t number) {
  std::string digits = fmt::to_string(number);
  const auto first = static_cast<std::ptrdiff_t>(number < 0 ? 1 : 0);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3) {
    digits.insert(digits.begin() + at, ',');
  }
  return digits;
}

std::string format_bytes(int64_t bytes) {
  return in_units(static_cast<double>(bytes), std::array{" B", " kB", " MB", " GB", " TB"});
}

std::string format_count(int64_t count) { return in_units(static_cast<double>(count), std::array{"", "k", "M", "B"}); }

std::string format_step(const StepLine& line) {
  std::string text =
      fmt::format("Epoch {}, Batch {}, Loss: {:.4f} | lr {:.1e} | norm {:.2f} | {} tok/s", line.epoch, line.batch,
                  line.loss, line.learning_rate, line.grad_norm, with_thousands(std::llround(line.tokens_per_s)));
  if (line.share_of_peak) text += fmt::format(" | {:.0f}% of {} peak", *line.share_of_peak * 100, line.precision);
  return text;
}

std::string format_epoch(const EpochLine& line) {
  std::string text = fmt::format("Epoch {}/{}, Loss: {:.4f}", line.epoch, line.num_epochs, line.loss);
  if (line.val_loss) text += fmt::format(", Val Loss: {:.4f}", *line.val_loss);
  if (line.accuracy) text += fmt::format(", Accuracy: {:.2f}%", *line.accuracy * 100);
  if (line.perplexity) text += fmt::format(", Perplexity: {:.1f}", *line.perplexity);
  if (line.bits_per_byte) text += fmt::format(", Bits per byte: {:.3f}", *line.bits_per_byte);
  return text;
}

std::string format_wait(double seconds_waited, double seconds) {
  const double percent = seconds > 0 ? seconds_waited / seconds * 100 : 0;
  return fmt::format("waited for data: {:.2f}% of {:.{}f} s of training", percent, seconds, seconds < 10 ? 1 : 0);
}

}  // namespace slm::cli

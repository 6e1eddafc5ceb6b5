#include "slm/cli/console_lines.h"

#include <fmt/format.h>

#include <cmath>

#include "slm/core/quantities.h"

namespace slm::cli {

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

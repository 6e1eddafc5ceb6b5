#include "slm/cli/stop_signal.h"

#include <csignal>

#include "slm/cli/command.h"

namespace slm::cli {
namespace {

// A signal handler can reach nothing but statics.
std::atomic<bool> is_asked{false};
std::atomic<int> last_signal{0};

void on_signal(int signal) {
  is_asked = true;
  last_signal = signal;
}

void install(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  is_asked = false;
  last_signal = 0;
  // SA_RESTART: a write in progress is not cut short. SA_RESETHAND: a second signal ends the program at once.
  install(on_signal, SA_RESTART | static_cast<int>(SA_RESETHAND));
}

StopSignal::~StopSignal() { install(SIG_DFL, 0); }

const std::atomic<bool>& StopSignal::flag() const { return is_asked; }

int StopSignal::exit_code() const {
  if (last_signal == SIGINT) return kExitInterrupted;
  return last_signal == SIGTERM ? kExitTerminated : 0;
}

}  // namespace slm::cli

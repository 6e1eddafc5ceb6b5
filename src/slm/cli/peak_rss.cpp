#include "slm/cli/peak_rss.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace slm::cli {

int64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    int64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

void reset_peak_rss() { std::ofstream("/proc/self/clear_refs") << "5"; }  // man 5 proc

}  // namespace slm::cli

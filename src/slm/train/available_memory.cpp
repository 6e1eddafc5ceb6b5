#include <algorithm>
#include <fstream>
#include <string>

#include "slm/train/memory_plan.h"

namespace slm::train {
namespace {

std::optional<int64_t> read_number(const char* path) {
  std::ifstream file(path);
  int64_t number = 0;  // "max" stands for no limit
  return file >> number ? std::optional(number) : std::nullopt;
}

// MemAvailable of /proc/meminfo, which is in kB.
std::optional<int64_t> system_available() {
  std::ifstream file("/proc/meminfo");
  for (std::string key; file >> key;) {
    int64_t kilobytes = 0;
    if (key == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
    file.clear();
    file.ignore(256, '\n');
  }
  return {};
}

std::optional<int64_t> left_to_control_group(const char* limit_path, const char* used_path) {
  const auto limit = read_number(limit_path), used = read_number(used_path);
  if (!limit || !used) return {};
  return std::max<int64_t>(0, *limit - *used);
}

}  // namespace

std::optional<int64_t> available_memory_bytes() {
  std::optional<int64_t> available = system_available();
  const std::optional<int64_t> groups[] = {
      left_to_control_group("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
      left_to_control_group("/sys/fs/cgroup/memory/memory.limit_in_bytes",
                            "/sys/fs/cgroup/memory/memory.usage_in_bytes")};
  for (const auto& group : groups) {
    if (group) available = available ? std::min(*available, *group) : *group;
  }
  return available;
}

}  // namespace slm::train

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "slm/train/memory_plan.h"

namespace slm::train {
namespace {

namespace fs = std::filesystem;

// The files by which a version of Linux's control groups tells about memory.
struct GroupFiles {
  const char *limit, *used, *statistics;
  const char* file_cache[2];  // lines of `statistics`: what the kernel takes back when memory is short
};
constexpr GroupFiles kVersion1 = {
    "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat", {"total_inactive_file", "total_active_file"}};
constexpr GroupFiles kVersion2 = {"memory.max", "memory.current", "memory.stat", {"inactive_file", "active_file"}};

std::optional<int64_t> read_number(const fs::path& path) {
  std::ifstream file(path);
  int64_t number = 0;  // "max" stands for no limit
  return file >> number ? std::optional(number) : std::nullopt;
}

// The number behind a word at the start of a line.
std::optional<int64_t> read_number_of(const fs::path& path, std::string_view word) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string first;
    int64_t number = 0;
    if (words >> first && first == word && words >> number) return number;
  }
  return {};
}

void take_smaller(std::optional<int64_t>& smallest, std::optional<int64_t> value) {
  if (value && (!smallest || *value < *smallest)) smallest = std::max<int64_t>(0, *value);
}

std::optional<int64_t> left_to_group(const fs::path& group, const GroupFiles& files) {
  const auto limit = read_number(group / files.limit), used = read_number(group / files.used);
  if (!limit || !used) return {};
  int64_t left = *limit - *used;
  for (const char* line : files.file_cache) left += read_number_of(group / files.statistics, line).value_or(0);
  return std::max<int64_t>(0, left);
}

// What the groups that this process is in leave: its own and all above it.
std::optional<int64_t> left_to_groups(const fs::path& root) {
  std::optional<int64_t> smallest;
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // "4:memory:/a/b" or, version 2, "0::/a/b"
    const bool is_version_2 = line.starts_with("0::"), is_memory = line.find(":memory:") != std::string::npos;
    if (!is_version_2 && !is_memory) continue;
    const fs::path mount = root / (is_version_2 ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
    fs::path group = fs::path(line.substr(line.rfind(":/") + 1)).lexically_normal();
    // In a container the path may be one of the host's, and the mount the container's own group.
    for (; group.has_relative_path(); group = group.parent_path()) {
      take_smaller(smallest, left_to_group(mount / group.relative_path(), is_version_2 ? kVersion2 : kVersion1));
    }
    take_smaller(smallest, left_to_group(mount, is_version_2 ? kVersion2 : kVersion1));
  }
  return smallest;
}

// What `ulimit -v` and `ulimit -d` leave.
std::optional<int64_t> left_to_limits(const fs::path& root) {
  std::optional<int64_t> smallest;
  const std::pair<int, const char*> limits[] = {{RLIMIT_AS, "VmSize:"}, {RLIMIT_DATA, "VmData:"}};
  for (const auto& [resource, line] : limits) {
    rlimit limit{};
    if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) continue;
    const int64_t used = read_number_of(root / "proc/self/status", line).value_or(0) * 1024;
    take_smaller(smallest, static_cast<int64_t>(std::min<rlim_t>(limit.rlim_cur, INT64_MAX)) - used);
  }
  return smallest;
}

}  // namespace

std::optional<int64_t> available_memory_bytes(const std::string& root) {
  std::optional<int64_t> available;
  if (const auto kilobytes = read_number_of(fs::path(root) / "proc/meminfo", "MemAvailable:")) {
    available = *kilobytes * 1024;
  }
  take_smaller(available, left_to_groups(root));
  take_smaller(available, left_to_limits(root));
  return available;
}

}  // namespace slm::train

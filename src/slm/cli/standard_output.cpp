#include "slm/cli/standard_output.h"

#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "slm/core/error.h"

namespace slm::cli {

void StandardOutput::write(std::span<const std::byte> bytes) {
  constexpr size_t kBlock = size_t{1} << 16;
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (buffer_.size() >= kBlock) flush();
}

void StandardOutput::flush() {
  std::cout.flush();  // what others have written comes first
  for (size_t written = 0; written < buffer_.size();) {
    const ssize_t count = ::write(STDOUT_FILENO, buffer_.data() + written, buffer_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError("standard output", "cannot write", errno);
    written += static_cast<size_t>(count);
  }
  buffer_.clear();
}

}  // namespace slm::cli

#pragma once

#include <string>

#include "slm/storage/byte_sink.h"

namespace slm::cli {

// Results on standard output, gathered in blocks. Unlike std::cout it says when they could not be written: throws
// IoError, for example where a disk is full.
class StandardOutput final : public storage::ByteSink {
 public:
  using ByteSink::write;
  void write(std::span<const std::byte> bytes) override;
  // What was written last is lost without this.
  void flush();

 private:
  std::string buffer_;
};

}  // namespace slm::cli

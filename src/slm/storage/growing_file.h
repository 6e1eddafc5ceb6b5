#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "slm/storage/byte_sink.h"
#include "slm/storage/early_sync.h"
#include "slm/storage/system_calls.h"

namespace slm::storage {

// A file that is written over several runs: it only grows, and a run that goes on after a kill first cuts off what was
// not accounted for. Small writes are gathered. After an error, what was synced is still there. The disk begins to
// write early, so that sync() has little to wait for.
class GrowingFile : public ByteSink {
 public:
  // Opens the file, or makes it, and cuts it off behind its first `size_bytes`. Throws IoError, and FormatError when
  // the file is shorter than that.
  explicit GrowingFile(const std::string& uri, int64_t size_bytes = 0, SystemCalls& calls = system_calls());
  ~GrowingFile() override;  // what was not synced may be lost
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  using ByteSink::write;
  void write(std::span<const std::byte> bytes) override;
  // Replaces bytes that were written before.
  void overwrite(int64_t offset, std::span<const std::byte> bytes);
  int64_t size_bytes() const { return size_bytes_; }
  const std::string& path() const { return path_; }

  // Hands everything to the system, so that others see it.
  void flush();
  // Writes everything out to the disk.
  void sync();

 private:
  void write_out(std::span<const std::byte> bytes);

  SystemCalls& calls_;
  std::string path_;
  int file_ = -1;
  std::vector<std::byte> buffer_;
  int64_t size_bytes_;
  EarlySync early_sync_;
};

}  // namespace slm::storage

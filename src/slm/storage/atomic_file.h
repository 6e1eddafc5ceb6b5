#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "slm/storage/byte_sink.h"
#include "slm/storage/early_sync.h"
#include "slm/storage/system_calls.h"

namespace slm::storage {

// A file that appears under its name complete, or not at all. Bytes go to a new file beside it ("model.pt" ->
// "model.pt.tmp-1f0c..."), which commit() writes out to the disk and renames; a file of that name is replaced in the
// same instant. The disk begins to write early. Without commit() the temporary file is removed. Small writes are
// gathered.
//
// A full disk, or any other failure, throws IoError with the final path, and what stood under that path stays.
class AtomicFile : public ByteSink {
 public:
  // Throws IoError when the folder is missing or read-only, or the path names something that is no regular file.
  explicit AtomicFile(const std::string& uri, SystemCalls& calls = system_calls());
  ~AtomicFile() override;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  using ByteSink::write;
  void write(std::span<const std::byte> bytes) override;
  int64_t num_written() const { return num_written_; }

  void commit();

 private:
  void write_out(std::span<const std::byte> bytes);
  void flush();
  void discard() noexcept;
  [[noreturn]] void fail(std::string_view action, int error_number);

  SystemCalls& calls_;
  std::string path_;
  std::string temporary_path_;
  int file_ = -1;
  std::vector<std::byte> buffer_;
  int64_t num_written_ = 0;
  EarlySync early_sync_;
};

// All of `content` as one atomic file.
void write_file(const std::string& uri, std::string_view content, SystemCalls& calls = system_calls());

}  // namespace slm::storage

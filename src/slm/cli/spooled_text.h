#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "slm/storage/byte_sink.h"
#include "slm/storage/nameless_file.h"

namespace slm::cli {

// Text that is written now and read later: what does not fit into a small memory is in a file without a name, in the
// system's folder for temporary files. Throws IoError, also for a full disk there.
class SpooledText final : public storage::ByteSink {
 public:
  // `purpose` says in messages what could not be kept.
  explicit SpooledText(std::string purpose) : purpose_(std::move(purpose)) {}

  using ByteSink::write;
  void write(std::span<const std::byte> bytes) override;
  void copy_to(storage::ByteSink& out) const;

 private:
  std::string purpose_;
  std::string end_;  // what is not in the file yet
  std::optional<storage::NamelessFile> file_;
  int64_t file_size_ = 0;
};

}  // namespace slm::cli

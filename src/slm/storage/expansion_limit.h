#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// How many bytes of a file have been read as it is stored. The limit below compares with it.
struct StoredBytes {
  int64_t num_read = 0;
};

// Counts what is read from the file itself; also in `total`, over several files, which any thread may look at.
std::unique_ptr<ByteSource> counted_source(std::unique_ptr<ByteSource> source, std::shared_ptr<StoredBytes> stored,
                                           std::atomic<int64_t>* total = nullptr);

// Refuses decompression bombs: data that unpacks to more than 300 times the stored bytes read so far, once it is more
// than 64 MiB. Text packs to a third, or to a twentieth where it repeats itself. One limit serves a compressed stream,
// or all members of an archive.
class ExpansionLimit {
 public:
  explicit ExpansionLimit(std::shared_ptr<const StoredBytes> stored) : stored_(std::move(stored)) {}

  // Throws FormatError.
  void add(size_t num_unpacked, const std::string& name);

 private:
  std::shared_ptr<const StoredBytes> stored_;
  int64_t num_unpacked_ = 0;
};

}  // namespace slm::storage

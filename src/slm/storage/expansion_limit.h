#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// Refuses decompression bombs: a file that unpacks to more than 300 times the stored bytes read so far, once that is
// more than 64 MiB. Text packs to a third, or to a twentieth where it repeats itself. One limit serves a file with all
// that is packed inside it: what the streams and archives of one layer unpack to is added up, however many there are.
// Copies count together. One thread at a time.
class ExpansionLimit {
 public:
  // Of the outermost layer of a file.
  ExpansionLimit() : counts_(std::make_shared<Counts>()) {}

  // Of what is packed inside what this one counts.
  ExpansionLimit inner() const;

  void add_stored(size_t num_read) { counts_->num_stored += static_cast<int64_t>(num_read); }

  // Throws FormatError about `name`.
  void add(size_t num_unpacked, const std::string& name);

 private:
  struct Counts {
    int64_t num_stored = 0;
    std::vector<int64_t> num_unpacked;  // by layer
  };

  std::shared_ptr<Counts> counts_;
  size_t layer_ = 0;
};

// Tells `limit` what is read from the file itself; adds it to `total` as well, which any thread may look at.
std::unique_ptr<ByteSource> counted_source(std::unique_ptr<ByteSource> source, ExpansionLimit limit,
                                           std::atomic<int64_t>* total = nullptr);

}  // namespace slm::storage

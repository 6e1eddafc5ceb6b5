#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "slm/data/near_duplicates.h"
#include "slm/data/seen_hashes.h"
#include "slm/storage/byte_source.h"
#include "slm/storage/growing_file.h"
#include "slm/storage/system_calls.h"

namespace slm::data {

// The signatures of documents, any number of them in bounded memory: they stand in a file, and their keys in a set of
// SeenHashes. The file can be gone on with.
class NearIndex {
 public:
  // In `folder`, which has the first `size` signatures of an earlier run. Throws IoError or FormatError, as all below.
  NearIndex(const std::string& folder, int64_t size, storage::SystemCalls& calls);

  // Whether there is a document that shares a band and is similar by kNearSimilarity.
  bool has_similar(const NearSignature& signature);
  void insert(const NearSignature& signature);

  int64_t size() const { return size_; }
  void sync() { file_.sync(); }

 private:
  void insert_keys(const NearSignature& signature);
  NearSignature read(int64_t index);

  storage::GrowingFile file_;
  std::unique_ptr<storage::ByteSource> source_;  // the same file
  SeenHashes keys_;                              // the leading 32 bits are a key's, the others say whose it is
  int64_t size_ = 0;
  int64_t num_flushed_ = 0;
};

}  // namespace slm::data

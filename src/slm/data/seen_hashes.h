#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace slm::data {

// A set of 64-bit hashes of any size in bounded memory: in memory up to `max_in_memory` hashes (at most 24 bytes each),
// from then on in a nameless file in `folder`, at one read per question and one write per new hash.
class SeenHashes {
 public:
  static constexpr int64_t kMaxInMemory = int64_t{1} << 23;

  // Nothing is made in the folder before the memory is used up.
  explicit SeenHashes(std::string folder, int64_t max_in_memory = kMaxInMemory);
  ~SeenHashes();
  SeenHashes(const SeenHashes&) = delete;
  SeenHashes& operator=(const SeenHashes&) = delete;

  // The hashes must be well mixed: the file is laid out by their leading bits. Throw IoError.
  bool contains(uint64_t hash) const;
  void insert(uint64_t hash);  // nothing happens when it is there

  // Those in the set that have the leading 32 bits of `hash`: for hashes whose other bits tell something. Not more than
  // some dozens may share these bits.
  std::vector<uint64_t> with_leading_bits_of(uint64_t hash) const;

  int64_t size() const { return size_; }

 private:
  class File;

  size_t start_of(uint64_t hash) const;  // the first slot it may stand in
  size_t slot_of(uint64_t hash) const;
  void grow();

  std::string folder_;
  int64_t max_in_memory_;
  int64_t size_ = 0;
  bool has_zero_ = false;        // 0 marks an empty slot
  std::vector<uint64_t> slots_;  // open addressing; a power of two, at most three quarters full
  std::unique_ptr<File> file_;   // holds all but 0 once it exists
};

}  // namespace slm::data

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace slm::data {

// Of sizes that are not negative: a server may announce any.
inline int64_t saturated_sum(int64_t a, int64_t b) { return a > INT64_MAX - b ? INT64_MAX : a + b; }

// The process that reads, of several that share the inputs of a corpus.
struct CorpusShare {
  int rank = 0;
  int num_ranks = 1;
};

// Puts the files of a corpus into groups of neighbours, and says which process reads each of them: the one that has the
// fewest bytes so far. Every process finds the same, from the names and sizes alone, and the groups are the same for
// any number of processes.
class InputGroups {
 public:
  // A group is whole from `group_bytes` of stored bytes on; a file of that size is one by itself. `total_bytes` are
  // those of all files, where they are known.
  InputGroups(const CorpusShare& share, int64_t group_bytes, std::optional<int64_t> total_bytes);

  // Whether another group begins with the next file, whose size may be unknown.
  bool is_whole() const { return bytes_ >= group_bytes_; }
  bool ends_before(std::optional<int64_t> size_bytes) const;

  // Goes on to the next group; the first one is there already.
  void next();
  // The next file belongs to the present group.
  void add(std::string_view name, std::optional<int64_t> size_bytes);

  // Of the present group. All processes read one that is a single file of more than one and a half even shares, for
  // others would wait for the one that reads it; they prepare its blocks in turn.
  int64_t index() const { return index_; }
  bool is_read_by_all() const { return is_read_by_all_; }
  int owner() const { return owner_; }
  bool is_mine() const { return is_read_by_all_ || owner_ == share_.rank; }
  // Over the names and sizes of all files so far.
  uint64_t listing_hash() const { return listing_hash_; }
  const CorpusShare& share() const { return share_; }

 private:
  CorpusShare share_;
  int64_t group_bytes_;
  std::optional<int64_t> total_bytes_;
  int64_t index_ = 0;
  int64_t num_files_ = 0;  // of the present group, as are those below
  int64_t bytes_ = 0;
  int owner_ = 0;
  bool is_read_by_all_ = false;
  uint64_t listing_hash_ = 0;
  std::vector<int64_t> loads_;  // bytes, by rank
};

}  // namespace slm::data

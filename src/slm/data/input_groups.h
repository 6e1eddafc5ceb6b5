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
//
// The members of a single file, which are the files in an archive or the row groups of Parquet, make sections of its
// group in the same way. Where all processes read the file, each of them opens only the members of its sections, for
// that is where most of the work is.
class InputGroups {
 public:
  // A group is whole from `group_bytes` of stored bytes on; a file of that size is one by itself. `total_bytes` are
  // those of all files, where they are known.
  InputGroups(const CorpusShare& share, int64_t group_bytes, std::optional<int64_t> total_bytes);

  // Whether another group begins with the next file, whose size may be unknown.
  bool is_whole() const { return group_.bytes >= group_bytes_; }
  bool ends_before(std::optional<int64_t> size_bytes) const;

  // Goes on to the next group; the first one is there already.
  void next();
  // The next file belongs to the present group.
  void add(std::string_view name, std::optional<int64_t> size_bytes);

  // The same for the members of a file of the present group. Sections grow with the file, so that there are never
  // more than kMaxSections of them in a group.
  bool ends_section_before(std::optional<int64_t> size_bytes) const;
  void next_section();
  void add_member(std::string_view path, std::optional<int64_t> size_bytes);

  // Of the present group, or of the present section once there is a file in it. All processes read one that is a single
  // file of more than one and a half even shares, for others would wait for the one that reads it; they prepare its
  // blocks in turn.
  bool is_read_by_all() const { return now().is_read_by_all; }
  int owner() const { return now().owner; }
  bool is_mine() const { return is_read_by_all() || owner() == share_.rank; }

  int64_t index() const { return index_; }
  int64_t section() const { return section_index_; }  // in the group
  // Over the names and sizes of all files so far, and of the files in the present section.
  uint64_t listing_hash() const { return listing_hash_; }
  uint64_t section_hash() const { return section_hash_; }
  const CorpusShare& share() const { return share_; }

  static constexpr int64_t kMaxSections = int64_t{1} << 13;

 private:
  // A group, or a section of one.
  struct Run {
    int64_t num_files = 0;
    int64_t bytes = 0;
    int owner = 0;
    bool is_read_by_all = false;
  };

  const Run& now() const { return section_.num_files > 0 ? section_ : group_; }
  int least_loaded() const;
  bool is_more_than_shares(int64_t size) const;
  int64_t whole_section_bytes() const;
  void add_to(Run& run, int64_t size);

  CorpusShare share_;
  int64_t group_bytes_;
  std::optional<int64_t> total_bytes_;
  int64_t index_ = 0, section_index_ = 0;
  Run group_, section_;
  int64_t archive_bytes_ = 0;  // of all sections of the present group
  uint64_t listing_hash_ = 0, section_hash_ = 0;
  std::vector<int64_t> loads_;  // bytes, by rank
};

}  // namespace slm::data

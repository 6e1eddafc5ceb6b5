#include "slm/data/input_groups.h"

#include <algorithm>

#include "slm/data/content_hash.h"

namespace slm::data {
namespace {

constexpr double kMaxShares = 1.5;           // of a file that one process reads
constexpr int64_t kSectionsOfArchive = 256;  // a section has at least that part of what came before

uint64_t with_file(uint64_t hash, std::string_view name, int64_t size) {
  return chained_hash(chained_hash(hash, content_hash(name)), static_cast<uint64_t>(size));
}

}  // namespace

InputGroups::InputGroups(const CorpusShare& share, int64_t group_bytes, std::optional<int64_t> total_bytes)
    : share_(share),
      group_bytes_(group_bytes),
      total_bytes_(total_bytes),
      loads_(static_cast<size_t>(share.num_ranks)) {}

int InputGroups::least_loaded() const {
  return static_cast<int>(std::min_element(loads_.begin(), loads_.end()) - loads_.begin());
}

bool InputGroups::is_more_than_shares(int64_t size) const {
  const double even_share = static_cast<double>(total_bytes_.value_or(0)) / share_.num_ranks;
  return share_.num_ranks > 1 && total_bytes_ && static_cast<double>(size) > kMaxShares * even_share;
}

void InputGroups::add_to(Run& run, int64_t size) {
  ++run.num_files;
  run.bytes = saturated_sum(run.bytes, size);
  int64_t& load = loads_[static_cast<size_t>(run.owner)];
  if (!run.is_read_by_all) load = saturated_sum(load, size);
}

bool InputGroups::ends_before(std::optional<int64_t> size_bytes) const {
  return group_.num_files > 0 && (is_whole() || size_bytes.value_or(group_bytes_) >= group_bytes_);
}

void InputGroups::next() {
  ++index_;
  group_ = {.owner = least_loaded()};
  section_index_ = -1;
  archive_bytes_ = 0;
  next_section();
}

void InputGroups::add(std::string_view name, std::optional<int64_t> size_bytes) {
  const int64_t size = size_bytes.value_or(group_bytes_);
  listing_hash_ = with_file(listing_hash_, name, size);
  if (group_.num_files == 0) {
    group_.is_read_by_all = size_bytes && size >= group_bytes_ && is_more_than_shares(size);
  }
  add_to(group_, size);
}

int64_t InputGroups::whole_section_bytes() const { return std::max(group_bytes_, archive_bytes_ / kSectionsOfArchive); }

bool InputGroups::ends_section_before(std::optional<int64_t> size_bytes) const {
  if (section_.num_files == 0 || section_index_ + 2 == kMaxSections) return false;
  const int64_t whole = whole_section_bytes();
  return section_.bytes >= whole || size_bytes.value_or(group_bytes_) >= whole;
}

void InputGroups::next_section() {
  ++section_index_;
  section_ = {};
  section_hash_ = 0;
}

void InputGroups::add_member(std::string_view path, std::optional<int64_t> size_bytes) {
  const int64_t size = size_bytes.value_or(group_bytes_);
  section_hash_ = with_file(section_hash_, path, size);
  if (section_.num_files == 0 && group_.is_read_by_all) {
    section_.owner = least_loaded();
    section_.is_read_by_all = size >= whole_section_bytes() && is_more_than_shares(size);
  }
  archive_bytes_ = saturated_sum(archive_bytes_, size);
  if (group_.is_read_by_all) {
    add_to(section_, size);
  } else {
    section_ = {section_.num_files + 1, saturated_sum(section_.bytes, size), group_.owner, false};
  }
}

}  // namespace slm::data

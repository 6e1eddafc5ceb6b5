#include "slm/data/input_groups.h"

#include <algorithm>

#include "slm/data/content_hash.h"

namespace slm::data {
namespace {

constexpr double kMaxShares = 1.5;  // of a file that one process reads

}  // namespace

InputGroups::InputGroups(const CorpusShare& share, int64_t group_bytes, std::optional<int64_t> total_bytes)
    : share_(share),
      group_bytes_(group_bytes),
      total_bytes_(total_bytes),
      loads_(static_cast<size_t>(share.num_ranks)) {}

bool InputGroups::ends_before(std::optional<int64_t> size_bytes) const {
  return num_files_ > 0 && (is_whole() || size_bytes.value_or(group_bytes_) >= group_bytes_);
}

void InputGroups::next() {
  ++index_;
  num_files_ = bytes_ = 0;
  is_read_by_all_ = false;
  owner_ = static_cast<int>(std::min_element(loads_.begin(), loads_.end()) - loads_.begin());
}

void InputGroups::add(std::string_view name, std::optional<int64_t> size_bytes) {
  const int64_t size = size_bytes.value_or(group_bytes_);
  ++num_files_;
  bytes_ = saturated_sum(bytes_, size);
  listing_hash_ = chained_hash(chained_hash(listing_hash_, content_hash(name)), static_cast<uint64_t>(size));
  const double even_share = static_cast<double>(total_bytes_.value_or(0)) / share_.num_ranks;
  is_read_by_all_ = share_.num_ranks > 1 && size_bytes && total_bytes_ && size >= group_bytes_ &&
                    static_cast<double>(size) > kMaxShares * even_share;
  int64_t& load = loads_[static_cast<size_t>(owner_)];
  if (!is_read_by_all_) load = saturated_sum(load, size);
}

}  // namespace slm::data

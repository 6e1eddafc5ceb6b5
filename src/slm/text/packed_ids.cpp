#include "slm/text/packed_ids.h"

#include <algorithm>

namespace slm::text {

PackedIds PackedIds::of(std::span<const int32_t> ids) {
  const bool are_narrow = std::all_of(ids.begin(), ids.end(), [](int32_t id) { return id <= UINT16_MAX; });
  if (are_narrow && ids.size() <= kMaxNarrow) {
    uint16_t narrow[kRoom] = {};
    std::transform(ids.begin(), ids.end(), narrow, [](int32_t id) { return static_cast<uint16_t>(id); });
    return of_narrow(narrow, ids.size());
  }
  if (ids.size() > kMaxWide) return elsewhere();
  const auto id = [&](size_t i) { return i < ids.size() ? uint64_t{static_cast<uint32_t>(ids[i])} : 0; };
  return {id(0) | id(1) << 32, id(2) | (kWide + ids.size()) << kCountShift};
}

PackedIds PackedIds::of_narrow(const uint16_t* ids, size_t count) {
  PackedIds packed{0, uint64_t{count} << kCountShift};
  for (size_t i = 0; i < 4; ++i) packed.low |= uint64_t{ids[i]} << (16 * i);
  for (size_t i = 4; i < kMaxNarrow; ++i) packed.high |= uint64_t{ids[i]} << (16 * (i - 4));
  return packed;
}

}  // namespace slm::text

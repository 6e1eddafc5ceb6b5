#include "slm/text/merge_stream.h"

#include "slm/text/long_merge.h"

namespace slm::text {

void MergeStream::merge(bool is_end, Encoding& tokens) {
  // So many are worth a look at windows that begin anew.
  constexpr size_t kEnough = 1024;
  if (!is_end && ids_.size() < kEnough) return;
  const size_t num_settled = merge_settled(
      merges_, ids_.size(), is_end, [&](size_t i) { return ids_[i]; },
      [&](int32_t id, size_t begin, size_t end) {
        tokens.ids.push_back(id);
        tokens.offsets.push_back({places_[begin].begin, places_[end - 1].end});
      });
  const auto count = static_cast<std::ptrdiff_t>(num_settled);
  ids_.erase(ids_.begin(), ids_.begin() + count);
  places_.erase(places_.begin(), places_.begin() + count);
}

}  // namespace slm::text

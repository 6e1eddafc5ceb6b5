#include "slm/text/byte_trie.h"

#include <algorithm>
#include <numeric>

namespace slm::text {

ByteTrie::ByteTrie(const std::vector<std::string_view>& strings) {
  std::vector<uint32_t> order(strings.size());
  std::iota(order.begin(), order.end(), 0u);
  std::erase_if(order, [&](uint32_t i) { return strings[i].empty(); });
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return strings[a] < strings[b]; });

  // The sorted strings below a node are a range; those of one level are taken one after the other.
  struct Range {
    size_t begin, end, depth;
  };
  std::vector<Range> ranges = {{0, order.size(), 0}};
  bytes_.push_back(0);
  for (size_t node = 0; node < ranges.size(); ++node) {
    auto [begin, end, depth] = ranges[node];
    int32_t value = -1;
    while (begin < end && strings[order[begin]].size() == depth) value = static_cast<int32_t>(order[begin++]);
    nodes_.push_back({static_cast<uint32_t>(ranges.size()), value});
    while (begin < end) {
      const char byte = strings[order[begin]][depth];
      size_t next = begin;
      while (next < end && strings[order[next]][depth] == byte) ++next;
      if (node == 0) roots_[static_cast<unsigned char>(byte)] = static_cast<uint32_t>(ranges.size());
      bytes_.push_back(static_cast<unsigned char>(byte));
      ranges.push_back({begin, next, depth + 1});
      begin = next;
    }
  }
  nodes_.push_back({static_cast<uint32_t>(ranges.size()), -1});
}

}  // namespace slm::text

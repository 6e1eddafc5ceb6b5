#include "slm/text/piece_trie.h"

#include <numeric>

namespace slm::text {

PieceTrie::PieceTrie(const std::vector<std::string>& pieces) {
  std::vector<uint32_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return pieces[a] < pieces[b]; });

  // The sorted pieces below a node are a range; those of one level are taken one after the other.
  struct Range {
    size_t begin, end, depth;
  };
  std::vector<Range> ranges = {{0, order.size(), 0}};
  bytes_.push_back(0);
  for (size_t node = 0; node < ranges.size(); ++node) {
    auto [begin, end, depth] = ranges[node];
    int32_t index = -1;
    if (begin < end && pieces[order[begin]].size() == depth) index = static_cast<int32_t>(order[begin++]);
    nodes_.push_back({static_cast<uint32_t>(ranges.size()), index});
    while (begin < end) {
      const char byte = pieces[order[begin]][depth];
      size_t next = begin;
      while (next < end && pieces[order[next]][depth] == byte) ++next;
      if (node == 0) roots_[static_cast<unsigned char>(byte)] = static_cast<uint32_t>(ranges.size());
      bytes_.push_back(static_cast<unsigned char>(byte));
      ranges.push_back({begin, next, depth + 1});
      begin = next;
    }
  }
  nodes_.push_back({static_cast<uint32_t>(ranges.size()), -1});
}

}  // namespace slm::text

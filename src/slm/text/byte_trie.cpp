#include "slm/text/byte_trie.h"

namespace slm::text {

void ByteTrie::insert(std::string_view string, int32_t value) {
  uint32_t node = 0;
  for (const char c : string) {
    const auto byte = static_cast<unsigned char>(c);
    uint32_t next = child(node, byte);
    if (next == 0) {
      next = static_cast<uint32_t>(nodes_.size());
      nodes_.push_back({kNoValue, 0, node == 0 ? 0 : nodes_[node].first_child, byte});
      (node == 0 ? roots_[byte] : nodes_[node].first_child) = next;
    }
    node = next;
  }
  if (node != 0) nodes_[node].value = value;
}

}  // namespace slm::text

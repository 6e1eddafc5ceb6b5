#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace slm::text {

// Strings with a value each, for finding all that begin at a place of a text.
class ByteTrie {
 public:
  static constexpr int32_t kNoValue = -1;

  // Replaces the value of a string that is there.
  void insert(std::string_view string, int32_t value);

  // Calls visit(length, value) for each string that `text` begins with, the shortest first. Empty strings are not
  // found.
  template <typename Visit>
  void for_each_prefix(std::string_view text, const Visit& visit) const {
    uint32_t node = 0;
    for (size_t length = 1; length <= text.size(); ++length) {
      node = child(node, static_cast<unsigned char>(text[length - 1]));
      if (node == 0) return;
      if (nodes_[node].value != kNoValue) visit(length, nodes_[node].value);
    }
  }

 private:
  struct Node {
    int32_t value = kNoValue;
    uint32_t first_child = 0;  // 0: none; the root is nobody's child
    uint32_t sibling = 0;
    unsigned char byte = 0;
  };

  uint32_t child(uint32_t node, unsigned char byte) const {
    if (node == 0) return roots_[byte];
    uint32_t at = nodes_[node].first_child;
    while (at != 0 && nodes_[at].byte != byte) at = nodes_[at].sibling;
    return at;
  }

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::vector<uint32_t> roots_ = std::vector<uint32_t>(256, 0);  // the root's children
};

}  // namespace slm::text

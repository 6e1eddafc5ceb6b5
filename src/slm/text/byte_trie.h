#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slm::text {

// Strings, for finding all that begin at a place of a text. A node's children lie next to each other, sorted.
class ByteTrie {
 public:
  ByteTrie() : ByteTrie(std::vector<std::string_view>()) {}

  // A string's value is its index, the larger one where it is there twice. Empty strings are never found.
  explicit ByteTrie(const std::vector<std::string_view>& strings);

  // Calls visit(length, value) for each string that `text` begins with, the shortest first.
  template <typename Visit>
  void for_each_prefix(std::string_view text, const Visit& visit) const {
    uint32_t node = 0;
    for (size_t length = 1; length <= text.size(); ++length) {
      node = child(node, static_cast<unsigned char>(text[length - 1]));
      if (node == 0) return;
      if (nodes_[node].value >= 0) visit(length, nodes_[node].value);
    }
  }

  // Nodes, level by level: the root is 0, and comes after no other.
  uint32_t num_nodes() const { return static_cast<uint32_t>(nodes_.size()) - 1; }
  // Of the string that ends at a node, or -1.
  int32_t value(uint32_t node) const { return nodes_[node].value; }
  // The byte that leads to a node.
  unsigned char byte(uint32_t node) const { return bytes_[node]; }
  // A node's children are those of [first_child(node), first_child(node + 1)).
  uint32_t first_child(uint32_t node) const { return nodes_[node].first_child; }
  // 0, the root, where there is none.
  uint32_t child(uint32_t node, unsigned char byte) const {
    if (node == 0) return roots_[byte];
    uint32_t begin = nodes_[node].first_child, end = nodes_[node + 1].first_child;
    while (end - begin > 8) {
      const uint32_t middle = begin + (end - begin) / 2;
      (bytes_[middle] <= byte ? begin : end) = middle;
    }
    for (; begin < end; ++begin) {
      if (bytes_[begin] == byte) return begin;
    }
    return 0;
  }

 private:
  struct Node {
    uint32_t first_child;  // those before the next node's first_child
    int32_t value;         // of the string that ends here, or -1
  };

  std::vector<Node> nodes_;                                      // level by level; one more at the end
  std::vector<unsigned char> bytes_;                             // that lead to each node
  std::vector<uint32_t> roots_ = std::vector<uint32_t>(256, 0);  // the root's children
};

}  // namespace slm::text

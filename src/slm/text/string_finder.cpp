#include "slm/text/string_finder.h"

#include <algorithm>

namespace slm::text {

StringFinder::StringFinder(const std::vector<std::string_view>& strings) : trie_(strings), states_(trie_.num_nodes()) {
  for (uint32_t node = 0; node < trie_.num_nodes(); ++node) {
    for (uint32_t child = trie_.first_child(node); child < trie_.first_child(node + 1); ++child) {
      State& state = states_[child];
      state.depth = states_[node].depth + 1;
      if (node != 0) state.shorter = next_state(states_[node].shorter, trie_.byte(child));
      const State& shorter = states_[state.shorter];
      const bool is_string = trie_.value(child) >= 0;
      state.length = is_string ? state.depth : shorter.length;
      state.value = is_string ? trie_.value(child) : shorter.value;
    }
  }
  const uint32_t begin = trie_.first_child(0), end = trie_.first_child(1);
  for (uint32_t child = begin; child < end; ++child) starts_[trie_.byte(child)] = true;
  if (end - begin == 1) only_start_ = trie_.byte(begin);
}

size_t StringFinder::next_start(std::string_view text, size_t at) const {
  if (is_empty()) return text.size();
  if (only_start_ >= 0) return std::min(text.find(static_cast<char>(only_start_), at), text.size());
  while (at < text.size() && !starts_[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

StringFinder::Match StringFinder::find(std::string_view text, size_t from) const {
  Match best;
  uint32_t node = 0;
  for (size_t at = next_start(text, from); at < text.size();) {
    node = next_state(node, static_cast<unsigned char>(text[at]));
    ++at;
    const State& state = states_[node];
    // What could still end further on begins at the state's string or behind.
    if (best.value >= 0 && at - state.depth > best.begin) break;
    const size_t begin = at - state.length;
    if (state.value >= 0 && (best.value < 0 || begin <= best.begin)) best = {begin, at, state.value};
    if (node == 0) at = next_start(text, at);
  }
  return best;
}

}  // namespace slm::text

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "slm/text/bpe_model.h"

namespace slm::text {

// merge_tokens() as it goes with a queue of all pairs that merge.
void merge_with_queue(const MergeTable& merges, size_t first, std::vector<ModelToken>& tokens);

// merge_tokens() for so many tokens that it goes through them in windows: in time that grows with their number, and in
// memory that does not. `id_at(i)`: the i-th of `num_tokens`; `emit(id, begin, end)`: what those from begin to end have
// become, in order. Only where merges.is_in_order().
//
// Tokens that stand next to each other in one result do so in every text where both are results by themselves: no merge
// joins them later that would not have joined them there. So a window ends where the next one, which begins in the
// midst of it, begins with the token that it has itself at that place.
//
// `is_end`: false where more tokens follow, of which nothing is known. Then only what they cannot change is emitted;
// returns how many tokens that was made of. A merged token begins behind them.
template <typename IdAt, typename Emit>
size_t merge_settled(const MergeTable& merges, size_t num_tokens, bool is_end, const IdAt& id_at, const Emit& emit) {
  constexpr size_t kWindow = 256;
  if (num_tokens == 0) return 0;
  // The next window must have its full size: a longer one may begin with another token.
  const size_t num_at_hand = is_end ? num_tokens : num_tokens - std::min(num_tokens, kWindow);
  const auto window_at = [&](size_t begin, size_t size) {
    std::vector<ModelToken> window;
    for (size_t i = begin; i < std::min(begin + size, num_tokens); ++i) window.push_back({id_at(i), i, i + 1});
    merge_with_queue(merges, 0, window);
    return window;
  };
  const auto is_same = [](const ModelToken& a, const ModelToken& b) { return a.id == b.id && a.end == b.end; };
  size_t size = kWindow;
  std::vector<ModelToken> window = window_at(0, size), next;
  while (window.front().begin + size < num_at_hand) {
    size_t kept = window.size() * 7 / 8;
    for (; kept > 0; kept /= 2) {
      next = window_at(window[kept].begin, kWindow);
      if (is_same(next.front(), window[kept])) break;
    }
    if (kept == 0) {  // its tokens are too long for it
      size *= 2;
      window = window_at(window.front().begin, size);
      continue;
    }
    for (size_t i = 0; i < kept; ++i) emit(window[i].id, window[i].begin, window[i].end);
    std::swap(window, next);
    size = kWindow;
  }
  if (!is_end) return window.front().begin;
  for (const ModelToken& token : window) emit(token.id, token.begin, token.end);
  return num_tokens;
}

// The same for all tokens of a word.
template <typename IdAt, typename Emit>
void merge_long(const MergeTable& merges, size_t num_tokens, const IdAt& id_at, const Emit& emit) {
  merge_settled(merges, num_tokens, /*is_end=*/true, id_at, emit);
}

// From this many tokens on.
inline constexpr size_t kLongMerge = 512;

}  // namespace slm::text

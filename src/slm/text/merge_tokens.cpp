#include <algorithm>
#include <functional>
#include <queue>

#include "slm/text/bpe_model.h"
#include "slm/text/long_merge.h"

namespace slm::text {
namespace {

// Up to this many tokens, looking at every pair again after each merge is faster than keeping a queue.
constexpr size_t kFewTokens = 24;

void merge_few(const MergeTable& merges, size_t first, std::vector<ModelToken>& tokens) {
  Merge pairs[kFewTokens];  // pairs[i]: of tokens first+i and first+i+1
  const size_t num_tokens = tokens.size() - first;
  const auto pair_at = [&](size_t i) { return merges.find(tokens[first + i].id, tokens[first + i + 1].id); };
  for (size_t i = 0; i + 1 < num_tokens; ++i) pairs[i] = pair_at(i);
  size_t num_pairs = num_tokens - 1;
  while (num_pairs > 0) {
    const Merge* best =
        std::min_element(pairs, pairs + num_pairs, [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
    if (best->rank == Merge::kNever) break;
    const auto at = static_cast<size_t>(best - pairs);
    ModelToken& left = tokens[first + at];
    left.id = best->id;
    left.end = tokens[first + at + 1].end;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(first + at + 1));
    std::copy(pairs + at + 1, pairs + num_pairs, pairs + at);
    --num_pairs;
    if (at < num_pairs) pairs[at] = pair_at(at);
    if (at > 0) pairs[at - 1] = pair_at(at - 1);
  }
}

}  // namespace

// The queue has, for each pair, its rank above the place of its left token; what a pair is not any more is passed over.
void merge_with_queue(const MergeTable& merges, size_t first, std::vector<ModelToken>& tokens) {
  constexpr uint32_t kNone = UINT32_MAX;
  const auto num_tokens = static_cast<uint32_t>(tokens.size() - first);
  struct Link {
    uint32_t previous, next;
    Merge merge;  // with the next token
    bool is_gone;
  };
  std::vector<Link> links(num_tokens);
  for (uint32_t i = 0; i < num_tokens; ++i) {
    links[i] = {i == 0 ? kNone : i - 1, i + 1 < num_tokens ? i + 1 : kNone, {}, false};
  }
  std::vector<uint64_t> storage;
  storage.reserve(num_tokens);
  std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> queue({}, std::move(storage));
  const auto id_of = [&](uint32_t i) { return tokens[first + i].id; };
  const auto consider = [&](uint32_t left) {
    if (left == kNone) return;
    Link& link = links[left];
    link.merge = link.next == kNone ? Merge{} : merges.find(id_of(left), id_of(link.next));
    if (link.merge.rank != Merge::kNever) queue.push(uint64_t{link.merge.rank} << 32 | left);
  };
  for (uint32_t i = 0; i + 1 < num_tokens; ++i) consider(i);
  while (!queue.empty()) {
    const auto rank = static_cast<uint32_t>(queue.top() >> 32), left = static_cast<uint32_t>(queue.top());
    queue.pop();
    Link& link = links[left];
    if (link.is_gone || link.merge.rank != rank) continue;
    const uint32_t right = link.next;
    tokens[first + left].id = link.merge.id;
    tokens[first + left].end = tokens[first + right].end;
    links[right].is_gone = true;
    link.next = links[right].next;
    if (link.next != kNone) links[link.next].previous = left;
    consider(link.previous);
    consider(left);
  }
  size_t kept = first;
  for (uint32_t i = 0; i < num_tokens; ++i)
    if (!links[i].is_gone) tokens[kept++] = tokens[first + i];
  tokens.resize(kept);
}

void merge_tokens(const MergeTable& merges, size_t first, std::vector<ModelToken>& tokens) {
  const size_t num_tokens = tokens.size() - first;
  if (num_tokens < 2) return;
  if (num_tokens <= kFewTokens) {
    merge_few(merges, first, tokens);
  } else if (num_tokens < kLongMerge || !merges.is_in_order()) {
    merge_with_queue(merges, first, tokens);
  } else {
    size_t kept = first;  // never beyond what is still to be read
    merge_long(
        merges, num_tokens, [&](size_t i) { return tokens[first + i].id; },
        [&](int32_t id, size_t begin, size_t end) {
          tokens[kept++] = {id, tokens[first + begin].begin, tokens[first + end - 1].end};
        });
    tokens.resize(kept);
  }
}

}  // namespace slm::text

#include <algorithm>
#include <queue>

#include "slm/text/bpe_model.h"

namespace slm::text {
namespace {

// Up to this many tokens, looking at every pair again after each merge is faster than keeping a queue.
constexpr size_t kFewTokens = 24;

void merge_few(const MergeTable& merges, size_t first, std::vector<ModelToken>& tokens) {
  Merge pairs[kFewTokens];  // pairs[i]: of tokens first+i and first+i+1
  const size_t num_tokens = tokens.size() - first;
  for (size_t i = 0; i + 1 < num_tokens; ++i) pairs[i] = merges.find(tokens[first + i].id, tokens[first + i + 1].id);
  size_t num_pairs = num_tokens - 1;
  const auto pair_at = [&](size_t i) { return merges.find(tokens[first + i].id, tokens[first + i + 1].id); };
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

struct Candidate {
  uint32_t rank;
  uint32_t left;  // index of the left token
  int32_t id;
  bool operator<(const Candidate& other) const {  // for a queue whose top is the smallest
    return rank != other.rank ? rank > other.rank : left > other.left;
  }
};

void merge_many(const MergeTable& merges, size_t first, std::vector<ModelToken>& tokens) {
  constexpr uint32_t kNone = UINT32_MAX;
  const auto num_tokens = static_cast<uint32_t>(tokens.size() - first);
  struct Link {
    uint32_t previous;
    uint32_t next;
    bool is_gone = false;
  };
  std::vector<Link> links(num_tokens);
  for (uint32_t i = 0; i < num_tokens; ++i) links[i] = {i == 0 ? kNone : i - 1, i + 1 < num_tokens ? i + 1 : kNone};
  std::vector<Candidate> storage;
  storage.reserve(num_tokens);
  std::priority_queue<Candidate> queue(std::less<Candidate>(), std::move(storage));
  const auto id_of = [&](uint32_t i) { return tokens[first + i].id; };
  const auto consider = [&](uint32_t left) {
    if (left == kNone || links[left].next == kNone) return;
    const Merge merge = merges.find(id_of(left), id_of(links[left].next));
    if (merge.rank != Merge::kNever) queue.push({merge.rank, left, merge.id});
  };
  for (uint32_t i = 0; i + 1 < num_tokens; ++i) consider(i);
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    if (links[top.left].is_gone || links[top.left].next == kNone) continue;
    const uint32_t right = links[top.left].next;
    const Merge merge = merges.find(id_of(top.left), id_of(right));
    if (merge.rank == Merge::kNever || merge.id != top.id) continue;  // one of the two has changed since
    tokens[first + top.left].id = top.id;
    tokens[first + top.left].end = tokens[first + right].end;
    links[right].is_gone = true;
    links[top.left].next = links[right].next;
    if (links[right].next != kNone) links[links[right].next].previous = top.left;
    consider(links[top.left].previous);
    consider(top.left);
  }
  size_t kept = first;
  for (uint32_t i = 0; i < num_tokens; ++i)
    if (!links[i].is_gone) tokens[kept++] = tokens[first + i];
  tokens.resize(kept);
}

}  // namespace

void merge_tokens(const MergeTable& merges, size_t first, std::vector<ModelToken>& tokens) {
  const size_t num_tokens = tokens.size() - first;
  if (num_tokens < 2) return;
  if (num_tokens <= kFewTokens) {
    merge_few(merges, first, tokens);
  } else {
    merge_many(merges, first, tokens);
  }
}

}  // namespace slm::text

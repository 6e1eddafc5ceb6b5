#include "slm/text/encode_batch.h"

#include <algorithm>
#include <atomic>

#include "slm/core/parallel.h"

namespace slm::text {
namespace {

// Texts that one thread takes at a time.
struct Run {
  size_t first = 0;
  size_t last = 0;
};

// Runs that become shorter towards the end, where a thread may wait for another one's: each is a part of what is left.
std::vector<Run> runs_of(std::span<const std::string_view> texts, int num_threads) {
  constexpr size_t kMinBytes = size_t{1} << 12, kMaxBytes = size_t{1} << 16;
  size_t left = 0;
  for (const std::string_view text : texts) left += text.size();
  std::vector<Run> runs;
  size_t bytes = 0, first = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    bytes += texts[i].size();
    const size_t target = std::clamp(left / (4 * static_cast<size_t>(num_threads)), kMinBytes, kMaxBytes);
    if (bytes < target && i + 1 < texts.size()) continue;
    runs.push_back({first, i + 1});
    first = i + 1;
    left -= bytes;
    bytes = 0;
  }
  return runs;
}

// More than most texts have: memory that is not touched costs nothing, and growing costs copies.
size_t likely_num_ids(std::span<const std::string_view> texts) {
  size_t bytes = 0;
  for (const std::string_view text : texts) bytes += text.size();
  return bytes / 2;
}

}  // namespace

void encode_batch(const Tokenizer& tokenizer, std::span<const std::string_view> texts, const EncodeOptions& options,
                  BatchEncoding& batch, std::span<const size_t> num_before, const std::function<void()>& beside) {
  batch.places_.assign(texts.size(), {});
  const std::vector<Run> runs = num_threads() > 1 ? runs_of(texts, num_threads()) : std::vector<Run>{{0, texts.size()}};
  if (batch.parts_.size() < runs.size()) batch.parts_.resize(runs.size());
  const auto encode_run = [&](size_t r) {
    const Run& run = runs[r];
    std::vector<int32_t>& ids = batch.parts_[r];
    ids.clear();
    ids.reserve(likely_num_ids(texts.subspan(run.first, run.last - run.first)));
    for (size_t i = run.first; i < run.last; ++i) {
      const size_t begin = ids.size();
      EncodeOptions own = options;
      if (!num_before.empty()) own.num_before = num_before[i];
      tokenizer.encode(texts[i], ids, own);
      batch.places_[i] = {r, begin, ids.size()};
    }
  };
  if (runs.size() <= 1) {
    if (beside) beside();
    if (!runs.empty()) encode_run(0);
    return;
  }
  std::atomic<bool> is_beside_free = static_cast<bool>(beside);
  std::atomic<size_t> next = 0;
  parallel_for(0, num_threads(), 1, [&](int64_t, int64_t) {
    if (is_beside_free.exchange(false)) beside();
    for (size_t r = next++; r < runs.size(); r = next++) encode_run(r);
  });
}

}  // namespace slm::text

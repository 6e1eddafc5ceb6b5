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

// Runs of about `target` bytes, so that threads that are slowed down take fewer.
std::vector<Run> runs_of(std::span<const std::string_view> texts, size_t target) {
  std::vector<Run> runs;
  size_t bytes = 0, first = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    bytes += texts[i].size();
    if (bytes < target && i + 1 < texts.size()) continue;
    runs.push_back({first, i + 1});
    first = i + 1;
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
                  BatchEncoding& batch) {
  constexpr size_t kRunBytes = size_t{1} << 16;  // at the end a thread may wait for another one's run
  batch.ends.assign(texts.size(), 0);
  std::vector<Run> runs;
  if (num_threads() > 1) runs = runs_of(texts, kRunBytes);
  if (runs.size() < 2) {
    batch.ids.clear();
    batch.ids.reserve(likely_num_ids(texts));
    for (size_t i = 0; i < texts.size(); ++i) {
      tokenizer.encode(texts[i], batch.ids, options);
      batch.ends[i] = static_cast<int64_t>(batch.ids.size());
    }
    return;
  }
  if (batch.parts.size() < runs.size()) batch.parts.resize(runs.size());
  std::atomic<size_t> next = 0;
  parallel_for(0, num_threads(), 1, [&](int64_t, int64_t) {
    for (size_t r = next++; r < runs.size(); r = next++) {
      const Run& run = runs[r];
      std::vector<int32_t>& part = batch.parts[r];
      part.clear();
      part.reserve(likely_num_ids(texts.subspan(run.first, run.last - run.first)));
      for (size_t i = run.first; i < run.last; ++i) {
        tokenizer.encode(texts[i], part, options);
        batch.ends[i] = static_cast<int64_t>(part.size());
      }
    }
  });
  std::vector<size_t> begins;
  size_t num_ids = 0;
  for (size_t r = 0; r < runs.size(); ++r) {
    begins.push_back(num_ids);
    num_ids += batch.parts[r].size();
  }
  batch.ids.resize(num_ids);  // not cleared before: what is there need not be zeroed
  parallel_for(0, static_cast<int64_t>(runs.size()), 1, [&](int64_t first, int64_t last) {
    for (auto r = static_cast<size_t>(first); r < static_cast<size_t>(last); ++r) {
      const std::vector<int32_t>& part = batch.parts[r];
      std::copy(part.begin(), part.end(), batch.ids.begin() + static_cast<std::ptrdiff_t>(begins[r]));
      for (size_t i = runs[r].first; i < runs[r].last; ++i) batch.ends[i] += static_cast<int64_t>(begins[r]);
    }
  });
}

}  // namespace slm::text

#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "slm/text/pipeline.h"

namespace slm::text {

// Where a pipeline allows a text to be cut (text_cut.h): where no added token reaches over the place, all steps look at
// no more than one character beyond it, and either a pre-tokenizer splits there or the model has no token that covers
// both sides. Looks at each pair of characters once. Safe from several threads.
class PipelineCuts {
 public:
  // `pipeline` must outlive it.
  explicit PipelineCuts(const Pipeline& pipeline) : pipeline_(pipeline) {}

  // False where allow() is always.
  bool are_possible() const;
  bool allow(char32_t before, char32_t after) const;

 private:
  bool find_out(char32_t before, char32_t after) const;
  // The last character of `left` when it has been normalized, if `right` behind it has no token in common with it.
  std::optional<char32_t> last_if_apart(const std::string& left, const std::string& right) const;

  const Pipeline& pipeline_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<uint64_t, bool> known_;  // guarded by mutex_
};

}  // namespace slm::text

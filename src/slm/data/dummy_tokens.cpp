#include "slm/data/dummy_tokens.h"

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/data/torch_randint.h"

namespace slm::data {

TokenSource dummy_tokens(uint64_t seed, int32_t vocab_size, int64_t count) {
  if (vocab_size < 1) throw UsageError(fmt::format("[dummy data] vocab_size is {}, expected at least 1", vocab_size));
  const std::vector<int64_t> numbers = torch_randint(seed, vocab_size, count);
  return TokenSource(std::vector<int32_t>(numbers.begin(), numbers.end()), "dummy data");
}

}  // namespace slm::data

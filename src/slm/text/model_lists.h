#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slm/text/vocabulary.h"

namespace slm::text {

// The two long lists of a tokenizer.json, which are nearly all of it: the "vocab" and "merges" of its "model", read
// straight from the text, without an object per entry.
struct ModelLists {
  std::optional<Vocabulary> vocabulary;  // from {"token": id, ...}
  std::optional<std::vector<std::pair<std::string_view, std::string_view>>>
      merges;                         // from [["a", "b"], ...] or ["a b"]
  std::deque<std::string> unescaped;  // strings of the file that had escapes; merges point into these and the file
  // The file without the lists that were read, which are {} and [] in it, and what was left out: (place, size) in the
  // order of places.
  std::string rest;
  std::vector<std::pair<size_t, size_t>> left_out;

  // Where in the file a place of `rest` is.
  size_t place_in_file(size_t place) const;
};

// Reads the lists that are as they should be. Any other, and a text that is not JSON, stays in `rest` as it is, for a
// parser that says what is wrong. Throws FormatError for nesting beyond kMaxJsonDepth, for more values than any
// tokenizer has, and for ids that are too large or given twice.
ModelLists read_model_lists(std::string_view content, const std::string& name);

// Deeper nesting than any tokenizer has; reading such a file must not exhaust the stack.
inline constexpr int kMaxJsonDepth = 100;

}  // namespace slm::text

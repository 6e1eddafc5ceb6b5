#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slm::cli {

// The candidate that takes the fewest single-character edits to reach from `text` (Levenshtein distance), where that is
// at most a third of its length plus one; empty where none is near.
std::string nearest_name(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace slm::cli

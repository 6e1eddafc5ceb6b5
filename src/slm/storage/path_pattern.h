#pragma once

#include <string_view>

namespace slm::storage {

// Whether a pattern names a path: ? and * match within one part of it, ** any number of parts, [a-z] or [!a-z] one
// character. The two are compared from end to end.
bool matches_path(std::string_view pattern, std::string_view path);

}  // namespace slm::storage

#pragma once

#include <string>
#include <string_view>

namespace slm::storage {

// Whether this is an address with a scheme ("gs://bucket/run", "file:///a/b") and not a plain path.
bool is_address(std::string_view uri);

// The path of the local file that `uri` names: a plain path as it is, file:///a/b as /a/b. Every function of this layer
// takes its paths through here. Throws UsageError for another scheme ("gs://bucket/run"), and for an empty path.
std::string local_path(std::string_view uri);

}  // namespace slm::storage

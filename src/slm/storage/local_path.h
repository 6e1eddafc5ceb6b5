#pragma once

#include <string>
#include <string_view>

namespace slm::storage {

// The path of the local file that `uri` names: a plain path as it is, file:///a/b as /a/b. Every function of this layer
// takes its paths through here. Throws UsageError for another scheme ("gs://bucket/run"), and for an empty path.
std::string local_path(std::string_view uri);

}  // namespace slm::storage

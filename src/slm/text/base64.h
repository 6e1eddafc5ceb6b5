#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slm::text {

// Nothing where `encoded` is not base64 with its padding.
std::optional<std::string> decode_base64(std::string_view encoded);

}  // namespace slm::text

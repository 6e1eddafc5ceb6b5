#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

// JSON to and from text (RFC 8259). Every other file calls these: one that instantiates the library's parser or writer
// itself compiles for seconds longer.
namespace slm {

// A discarded value where `text` is not JSON.
nlohmann::json parse_json(std::string_view text);

// `indent`: spaces per level, or -1 for all in one line. What is not UTF-8 in a string becomes U+FFFD; NaN and infinity
// become null.
std::string json_text(const nlohmann::json& value, int indent = -1);
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace slm

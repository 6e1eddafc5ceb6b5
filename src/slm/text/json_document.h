#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace slm::text {

// What a JSON file of a tokenizer holds. Throws FormatError, which names `file` and the place of the mistake in it;
// `place_in_file` says where in the file a place of `content` is, if that is not all of the file.
nlohmann::json parse_json_document(std::string_view content, const std::string& file,
                                   const std::function<size_t(size_t)>& place_in_file = {});

}  // namespace slm::text

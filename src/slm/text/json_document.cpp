#include "slm/text/json_document.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "slm/core/error.h"

namespace slm::text {

using Json = nlohmann::json;

Json parse_json_document(std::string_view content, const std::string& file,
                         const std::function<size_t(size_t)>& place_in_file) {
  try {
    return Json::parse(content);
  } catch (const Json::parse_error& error) {
    const size_t place = place_in_file ? place_in_file(error.byte) : error.byte;
    throw FormatError(file, static_cast<int64_t>(place), "is not JSON: truncated copy? copy it again");
  } catch (const Json::exception& error) {  // a number beyond any double
    throw FormatError(file, FormatError::kNoOffset, fmt::format("is not JSON that slm can read: {}", error.what()));
  }
}

}  // namespace slm::text

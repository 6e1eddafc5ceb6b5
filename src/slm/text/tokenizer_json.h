#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "slm/text/pipeline_tokenizer.h"

namespace slm::text {

// The parts that a tokenizer.json describes. Throws FormatError, naming `file` and the part.
// `lists`: as for parse_model().
Pipeline parse_pipeline(const nlohmann::json& document, ModelLists& lists, const std::string& file);

}  // namespace slm::text

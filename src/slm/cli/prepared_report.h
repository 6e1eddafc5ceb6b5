#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "slm/data/prepared_index.h"

namespace slm::cli {

// What a prepared corpus holds and what was left out of it, as lines for a person.
std::string format_prepared(const data::PreparedIndex& index);

// The same for --json: the object of index.json, and bytes_per_token.
nlohmann::json prepared_json(const data::PreparedIndex& index);

// What `slm info` adds: the lengths in tokens of the longest and of the median document, and how a few documents begin,
// decoded. Reads the folder's `documents` and some of its shards.
nlohmann::json describe_documents(const std::string& folder, const data::PreparedIndex& index);

// The same as lines for a person.
std::string format_documents(const nlohmann::json& described);

}  // namespace slm::cli

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "slm/data/prepared_corpus.h"

namespace slm::cli {

// How fast `slm prepare` was.
struct PrepareSpeed {
  double mb_per_s = 0;
  double seconds = 0;
  bool is_resumed = false;  // only the last of several runs
};

// Keeps it in the folder. An error is none of the corpus', and is passed over.
void save_speed(const std::string& folder, const PrepareSpeed& speed);
std::optional<PrepareSpeed> read_speed(const std::string& folder);

// As a line for a person.
std::string format_speed(const PrepareSpeed& speed);

// What a prepared corpus holds and what was left out of it, as lines for a person.
std::string format_prepared(const data::PreparedIndex& index);

// The same for --json: the object of index.json, and bytes_per_token.
nlohmann::json prepared_json(const data::PreparedIndex& index);

// What `slm info` adds: the lengths in tokens of the longest and of the median document, and how a few documents begin,
// decoded.
nlohmann::json describe_documents(const data::PreparedCorpus& corpus);

// The same as lines for a person.
std::string format_documents(const nlohmann::json& described);

}  // namespace slm::cli

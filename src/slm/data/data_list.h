#pragma once

#include <optional>
#include <string>
#include <vector>

namespace slm::data {

// One of the things that --data or --val_data names.
struct NamedData {
  std::string name;
  std::optional<double> weight = {};
};

// "a", "a,b" or "a:0.7,b:0.3". What exists under the whole of `text`, or of a part between commas, is taken as it is,
// whatever characters its name has. Throws UsageError, in the name of `flag`, for an empty name.
std::vector<NamedData> parse_data_list(const std::string& text, const std::string& flag);

// Such a text as messages call it, and as a file may keep it: each name by storage::address_name, address_record.
std::string data_list_name(const std::string& text);
std::string data_list_record(const std::string& text);

}  // namespace slm::data

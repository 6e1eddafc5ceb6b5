#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/run_slm.h"

namespace slm::test {

// A line for each text, which is in the column "text".
inline std::string json_lines(const std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts) lines += nlohmann::json{{"text", text}}.dump() + "\n";
  return lines;
}

// The content of all files of a prepared corpus, by name: all but speed.json, which is of the run, whole or not.
inline std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("speed.json")) continue;
    contents[entry.path().filename()] = entry.is_regular_file() ? read_text(entry.path()) : "a folder";
  }
  return contents;
}

}  // namespace slm::test

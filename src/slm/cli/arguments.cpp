#include "slm/cli/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "slm/cli/presets.h"
#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/storage/read_file.h"

namespace slm::cli {
namespace {

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

}  // namespace

std::string with_underscores(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::optional<std::string> last_value_of(const Arguments& arguments, std::string_view name) {
  const std::string assignment = fmt::format("--{}=", name);
  std::optional<std::string> value;
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument.starts_with(assignment)) value = argument.substr(assignment.size());
  }
  return value;
}

Arguments arguments_from_file(const std::string& path) { return arguments_from_json(storage::read_file(path), path); }

Arguments with_separate_empty_values(const Arguments& arguments) {
  Arguments separate;
  bool are_options = true;
  for (const std::string& argument : arguments) {
    are_options = are_options && argument != "--";
    if (are_options && argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      separate.push_back(argument.substr(0, argument.size() - 1));
      separate.emplace_back();
    } else {
      separate.push_back(argument);
    }
  }
  return separate;
}

Arguments arguments_from_json(const std::string& json, const std::string& origin) {
  const nlohmann::json object = parse_json(json);
  if (!object.is_object()) throw FormatError(origin, FormatError::kNoOffset, "is not a JSON object of option values");
  Arguments arguments;
  for (const auto& item : object.items()) {
    const std::string& key = item.key();
    const nlohmann::json& value = item.value();
    if (value.is_null()) continue;
    if (value.is_object()) {
      throw FormatError(origin, FormatError::kNoOffset, fmt::format("'{}' has an object, expected a plain value", key));
    }
    const std::string option = "--" + with_underscores(key) + "=";
    const auto add = [&](const nlohmann::json& of_key) { arguments.push_back(option + text_of(of_key)); };
    if (!value.is_array()) {
      add(value);
      continue;
    }
    for (const nlohmann::json& element : value) add(element);
  }
  return arguments;
}

Arguments with_preset_and_config(const Arguments& arguments) {
  Arguments layered;
  Arguments from_file;
  if (const auto path = last_value_of(arguments, "config")) from_file = arguments_from_file(*path);
  auto preset = last_value_of(arguments, "preset");
  if (!preset) preset = last_value_of(from_file, "preset");
  if (preset) layered = preset_arguments(*preset);
  layered.insert(layered.end(), from_file.begin(), from_file.end());
  layered.insert(layered.end(), arguments.begin(), arguments.end());
  return layered;
}

}  // namespace slm::cli

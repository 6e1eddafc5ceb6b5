#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slm::cli {

using Arguments = std::vector<std::string>;

// How option names are spelled inside the program: "batch-size" as "batch_size".
std::string with_underscores(std::string name);

// In all of these an option and its value are one argument, as joined_arguments makes them: "--name=value".

// "--name=" as two arguments, the second one empty: the parser would take the next argument as the value.
Arguments with_separate_empty_values(const Arguments& arguments);

// Puts the options of --preset and of the file of --config before the command line's own, so that the later ones
// override the earlier: preset, then file, then command line. `arguments` holds what follows the command's name. Throws
// UsageError for an unknown preset or a key that is no option's name, IoError or FormatError for the file.
Arguments with_preset_and_config(const Arguments& arguments);

// The value of the last --name=VALUE.
std::optional<std::string> last_value_of(const Arguments& arguments, std::string_view name);

// The options in a JSON file. Throws IoError or FormatError.
Arguments arguments_from_file(const std::string& path);

// The options that a JSON object of values stands for. null leaves an option out. `origin` is for messages.
Arguments arguments_from_json(const std::string& json, const std::string& origin);

}  // namespace slm::cli

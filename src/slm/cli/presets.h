#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slm::cli {

// Names of the presets of `slm train`. "default" changes nothing.
const std::vector<std::string>& preset_names();

// The options that a preset stands for, as arguments. Throws UsageError for an unknown name.
std::vector<std::string> preset_arguments(std::string_view name);

// What spells text under a preset unless --tokenizer says otherwise; token ids need no tokenizer.
std::string preset_text_tokenizer(std::string_view name);

}  // namespace slm::cli

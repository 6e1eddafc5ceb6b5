#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "slm/cli/option_table.h"

namespace slm::cli {

// --document_separator; the value is as it was written.
void add_separator_option(OptionTable& options, std::optional<std::string>& value);

// "\n" and "\t" as they are written in other programs.
std::string unescaped(std::string_view text);

}  // namespace slm::cli

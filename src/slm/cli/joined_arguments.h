#pragma once

#include <vector>

#include "slm/cli/arguments.h"
#include "slm/cli/option_table.h"

namespace slm::cli {

// The arguments of a command with each option and its value in one: "--batch-size 8" becomes "--batch_size=8". Only the
// names of the command's own options lose their hyphens; a value keeps its own, whatever it begins with. What follows a
// lone "--" stays as it is, and so does everything that is no option of the command. Throws UsageError for an option
// that lacks its value.
Arguments joined_arguments(const Arguments& arguments, const std::vector<OptionTable::Entry>& options);

}  // namespace slm::cli

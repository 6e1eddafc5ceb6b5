#pragma once

#include <string>
#include <vector>

namespace slm::cli {

// Runs `slm ARGUMENTS...` and returns its exit code. Errors end as one line on standard error.
int run_program(const std::vector<std::string>& arguments);

// docs/cli.md: every command with its options, from the definitions that --help prints.
std::string command_reference();

}  // namespace slm::cli

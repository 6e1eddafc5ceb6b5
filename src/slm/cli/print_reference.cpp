#include <iostream>

#include "slm/cli/program.h"

// Prints docs/cli.md; see scripts/update-cli-reference.
int main() { std::cout << slm::cli::command_reference(); }

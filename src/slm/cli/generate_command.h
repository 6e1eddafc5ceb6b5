#pragma once

#include <memory>

#include "slm/cli/command.h"

namespace slm::cli {

std::unique_ptr<Command> make_generate_command();

}  // namespace slm::cli

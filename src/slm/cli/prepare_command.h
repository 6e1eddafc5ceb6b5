#pragma once

#include <memory>

#include "slm/cli/command.h"

namespace slm::cli {

std::unique_ptr<Command> make_prepare_command();

}  // namespace slm::cli

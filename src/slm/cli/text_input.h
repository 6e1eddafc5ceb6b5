#pragma once

#include <string>

namespace slm::cli {

// All bytes of a file, or of standard input for "-".
std::string read_input(const std::string& path);

}  // namespace slm::cli

#pragma once

#include <string_view>

namespace slm::storage {

// Throws IoError(path, action, error_number) with the advice that fits the error: "runs/a.pt: cannot write: No space
// left on device; free some space, or choose a folder on another disk".
[[noreturn]] void throw_io_error(std::string_view path, std::string_view action, int error_number);

}  // namespace slm::storage

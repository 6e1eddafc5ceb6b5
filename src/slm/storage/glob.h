#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "slm/core/interrupted.h"

namespace slm::storage {

// Whether a path has one of the characters * ? [ { that make it a pattern.
bool is_glob(std::string_view path);

// The files and folders that a pattern names, sorted byte by byte: * and ? match within one name, [a-z] one character,
// {a,b} either. With **, which stands for any number of folders, only files. Hidden ones have to be named with their
// dot, and ** finds none of them. Empty where nothing matches. Throws IoError, and Interrupted when it shall stop.
std::vector<std::string> expand_glob(const std::string& pattern, const StopCheck& should_stop = {});

}  // namespace slm::storage

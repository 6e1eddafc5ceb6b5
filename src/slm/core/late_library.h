#pragma once

#include <string>

namespace slm {

// Some parts of slm stand in libraries of their own, beside the program or the shared libslm: few runs need them, and
// what they are made with takes longer to load than all the rest.
//
// Loads `library` ("libslm_http.so"), for the rest of the process, and returns the address of its function `entry`.
// Throws Error where it cannot be loaded; `needed_for` is what the message begins with.
void* late_entry(const char* library, const char* entry, const std::string& needed_for);

}  // namespace slm

#pragma once

#include <string>

namespace slm::storage {

// The name that git gives to the content of a file: SHA-1 over "blob SIZE\0" and the bytes, as 40 lower-case
// hexadecimal digits. Reads the file piece by piece. Throws IoError.
std::string git_blob_sha1_of_file(const std::string& uri);

}  // namespace slm::storage

#pragma once

#include <string>
#include <string_view>

#include "slm/storage/system_calls.h"

namespace slm::storage {

// A name beside `path` that nobody else uses: "model.pt" -> "model.pt.tmp-" and 16 hexadecimal digits.
std::string temporary_name(const std::string& path);

// Whether a file's name looks like one of temporary_name().
bool is_temporary_name(std::string_view name);

// Whether a file's name looks like that of temporary_name() for the file called `name` in the same folder.
bool is_temporary_name_of(std::string_view name, std::string_view entry);

// Writes the folder that `path` is in out to the disk, so that a new name in it outlives a power cut. File systems that
// cannot do so for folders are left alone.
void sync_folder_of(const std::string& path, SystemCalls& calls);

}  // namespace slm::storage

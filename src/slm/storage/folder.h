#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace slm::storage {

struct FolderEntry {
  std::string name;  // without the folder
  bool is_directory = false;
  int64_t size_bytes = 0;  // of a regular file; else 0
};

bool exists(const std::string& uri);
bool is_directory(const std::string& uri);
// A named pipe, a device, a socket: something to read from that is neither a file nor a folder.
bool is_pipe(const std::string& uri);
int64_t file_size(const std::string& uri);  // of a regular file; throws IoError

// What is in a folder, sorted by name. Throws IoError.
std::vector<FolderEntry> list_folder(const std::string& uri);

// `name` inside `folder`.
std::string join(const std::string& folder, std::string_view name);

// Makes the folder and those above it, as needed. Throws IoError.
void make_folders(const std::string& uri);

// Removes a file, or a folder with all that is in it; symbolic links are removed, not followed. Nothing there is no
// error. Throws IoError.
void remove_tree(const std::string& uri);

// Removes the temporary files and folders that AtomicFile and AtomicDirectory left directly in `uri` when their process
// was killed, or only those meant for the entries `names` when some are given. Only where no other process writes such
// entries. Returns how many.
int64_t remove_leftovers(const std::string& uri, std::span<const std::string> names = {});

// What a user without special rights may still write on the disk that `uri` is on, or will be once made. Throws
// IoError.
int64_t free_space_bytes(const std::string& uri);

}  // namespace slm::storage

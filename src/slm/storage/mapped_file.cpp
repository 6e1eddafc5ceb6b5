#include "slm/storage/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"
#include "slm/storage/open_file.h"

namespace slm::storage {

MappedFile::MappedFile(const std::string& uri) : path_(uri) {
  const std::string path = local_path(uri);
  struct stat status = {};
  // Asked before opening: to open a pipe without a writer would wait for one.
  if (::stat(path.c_str(), &status) != 0) throw_io_error(uri, "cannot open", errno);
  if (S_ISDIR(status.st_mode)) throw_io_error(uri, "cannot read", EISDIR);
  if (!S_ISREG(status.st_mode)) throw IoError(uri, "cannot map", ENODEV, "a regular file is expected here");
  const OpenFile file = OpenFile::to_read(path);
  if (::fstat(file.descriptor(), &status) != 0) throw_io_error(uri, "cannot read", errno);
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return;  // mmap refuses an empty range
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (start == MAP_FAILED) throw_io_error(uri, "cannot map", errno);
  bytes_ = {static_cast<const std::byte*>(start), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace slm::storage

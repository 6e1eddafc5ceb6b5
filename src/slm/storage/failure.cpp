#include "slm/storage/failure.h"

#include <cerrno>

#include "slm/core/error.h"

namespace slm::storage {
namespace {

std::string_view advice_for(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "check the path for a typing error";
    case ENOTDIR:
      return "a part of the path is a file where a folder is expected";
    case EISDIR:
      return "a file is expected here: name one inside the folder";
    case EEXIST:
    case ENOTEMPTY:
      return "remove it, or choose another name";
    case EACCES:
    case EPERM:
      return "check the permissions of the file and of the folders above it";
    case EROFS:
      return "choose a folder on a disk that can be written";
    case ENOSPC:
      return "free some space, or choose a folder on another disk";
    case EDQUOT:
      return "your disk quota is used up: remove files, or choose a folder on another disk";
    case EFBIG:
      return "the file system or a limit of this process (ulimit -f) allows no larger file";
    case EIO:
      return "the disk or the network file system failed: check it, and try again";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    case ENOMEM:
      return "free some memory, or raise the limit (ulimit -v)";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case ELOOP:
      return "a symbolic link on the path leads back to itself";
    default:
      return {};
  }
}

}  // namespace

void throw_io_error(std::string_view path, std::string_view action, int error_number) {
  throw IoError(path, action, error_number, advice_for(error_number));
}

}  // namespace slm::storage

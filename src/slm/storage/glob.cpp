#include "slm/storage/glob.h"

#include <glob.h>

#include <algorithm>
#include <cerrno>

#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"

namespace slm::storage {

bool is_glob(std::string_view path) { return path.find_first_of("*?[{") != std::string_view::npos; }

std::vector<std::string> expand_glob(const std::string& pattern) {
  glob_t found = {};
  const int status = ::glob(local_path(pattern).c_str(), GLOB_BRACE | GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> paths;
  if (status == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (status == GLOB_NOSPACE) throw_io_error(pattern, "cannot list the files", ENOMEM);
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace slm::storage

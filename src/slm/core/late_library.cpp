#include "slm/core/late_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "slm/core/error.h"

namespace slm {
namespace {

// Of the program, or of the shared library, that has this code in it.
std::string own_folder() {
  static constexpr char kHere[] = "";
  Dl_info info = {};
  if (::dladdr(kHere, &info) == 0 || info.dli_fname == nullptr) return {};
  std::string path = info.dli_fname;
  std::error_code unknown;
  // Of a program it is the name that it was called by.
  if (!path.starts_with('/')) path = std::filesystem::read_symlink("/proc/self/exe", unknown).string();
  return path.substr(0, path.rfind('/') + 1);
}

}  // namespace

void* late_entry(const char* library, const char* entry, const std::string& needed_for) {
  void* loaded = ::dlopen((own_folder() + library).c_str(), RTLD_NOW | RTLD_LOCAL);
  // Installed elsewhere: where this program, or the user, says that libraries are.
  if (loaded == nullptr) loaded = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  void* const address = loaded == nullptr ? nullptr : ::dlsym(loaded, entry);
  if (address != nullptr) return address;
  const char* const problem = ::dlerror();
  throw Error(fmt::format("{}: needs {}, which cannot be loaded ({}): install slm anew", needed_for, library,
                          problem == nullptr ? "unknown" : problem));
}

}  // namespace slm

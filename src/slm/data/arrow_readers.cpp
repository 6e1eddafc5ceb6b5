#include "slm/data/arrow_readers.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "slm/core/error.h"
#include "slm/storage/address_name.h"

namespace slm::data {
namespace {

constexpr const char* kLibrary = "libslm_arrow.so";
constexpr const char* kEntry = "slm_arrow_readers";

// The library once it is loaded, which is for the rest of the process.
class ArrowLibrary {
 public:
  // `what` cannot be read without it. Throws Error where it cannot be loaded.
  const ArrowReaders& readers(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (readers_ == nullptr) readers_ = load(what);
    return *readers_;
  }
  const ArrowReaders* readers_if_loaded() const { return readers_; }

 private:
  static const ArrowReaders* load(const std::string& what) {
    void* library = ::dlopen((own_folder() + kLibrary).c_str(), RTLD_NOW | RTLD_LOCAL);
    // Installed elsewhere: where this program, or the user, says that libraries are.
    if (library == nullptr) library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    void* const entry = library == nullptr ? nullptr : ::dlsym(library, kEntry);
    if (entry == nullptr) {
      const char* const problem = ::dlerror();
      throw Error(fmt::format("{}: Parquet, gs:// and s3:// need {}, which cannot be loaded ({}): install slm anew",
                              what, kLibrary, problem == nullptr ? "unknown" : problem));
    }
    return reinterpret_cast<const ArrowReaders* (*)()>(entry)();
  }

  // Of the program, or of the shared library, that has this code in it.
  static std::string own_folder() {
    Dl_info info = {};
    if (::dladdr(kEntry, &info) == 0 || info.dli_fname == nullptr) return {};
    std::string path = info.dli_fname;
    std::error_code unknown;
    // Of a program it is the name that it was called by.
    if (!path.starts_with('/')) path = std::filesystem::read_symlink("/proc/self/exe", unknown).string();
    return path.substr(0, path.rfind('/') + 1);
  }

  std::mutex mutex_;
  std::atomic<const ArrowReaders*> readers_ = nullptr;
};

ArrowLibrary& arrow_library() {
  static ArrowLibrary library;
  return library;
}

}  // namespace

CloudClients::~CloudClients() {
  if (const ArrowReaders* readers = arrow_library().readers_if_loaded()) readers->end_cloud_clients();
}

std::vector<CloudFile> list_cloud_files(const std::string& uri, const StopCheck& should_stop) {
  return arrow_library().readers(storage::address_name(uri)).list_cloud_files(uri, should_stop);
}

std::unique_ptr<storage::ByteSource> open_cloud_file(const std::string& uri, StopCheck should_stop) {
  return arrow_library().readers(storage::address_name(uri)).open_cloud_file(uri, std::move(should_stop));
}

std::unique_ptr<BlockCutter> make_parquet_cutter(const CutterArguments& arguments) {
  return arrow_library().readers(arguments.source.name()).make_parquet_cutter(arguments);
}

}  // namespace slm::data

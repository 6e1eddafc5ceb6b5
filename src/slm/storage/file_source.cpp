#include "slm/storage/file_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"
#include "slm/storage/open_file.h"

namespace slm::storage {
namespace {

class FileSource : public ByteSource {
 public:
  FileSource(std::string name, int descriptor) : name_(std::move(name)), descriptor_(descriptor) {
    struct stat status = {};
    if (::fstat(descriptor_, &status) != 0) throw_io_error(name_, "cannot read", errno);
    if (S_ISDIR(status.st_mode)) throw_io_error(name_, "cannot read", EISDIR);
    if (S_ISREG(status.st_mode)) {
      size_ = status.st_size;
      ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);  // a hint only
    }
  }

  size_t read(std::span<std::byte> into) override {
    while (true) {
      const ssize_t got = ::read(descriptor_, into.data(), into.size());
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) throw_io_error(name_, "cannot read", errno);
    }
  }

  const std::string& name() const override { return name_; }
  std::optional<int64_t> size_bytes() const override { return size_; }

  bool seek(int64_t position) override {
    if (!size_) return false;
    if (::lseek(descriptor_, position, SEEK_SET) < 0) throw_io_error(name_, "cannot move within the file", errno);
    return true;
  }

 private:
  std::string name_;
  int descriptor_;
  std::optional<int64_t> size_;
};

class OwningFileSource : public ByteSource {
 public:
  OwningFileSource(const std::string& name, OpenFile file)
      : file_(std::move(file)), source_(name, file_.descriptor()) {}

  size_t read(std::span<std::byte> into) override { return source_.read(into); }
  const std::string& name() const override { return source_.name(); }
  std::optional<int64_t> size_bytes() const override { return source_.size_bytes(); }
  bool seek(int64_t position) override { return source_.seek(position); }

 private:
  OpenFile file_;
  FileSource source_;
};

}  // namespace

std::unique_ptr<ByteSource> open_file_source(const std::string& uri, const std::string& name) {
  if (uri == "-") return std::make_unique<FileSource>("standard input", STDIN_FILENO);
  return std::make_unique<OwningFileSource>(name.empty() ? uri : name, OpenFile::to_read(local_path(uri)));
}

}  // namespace slm::storage

#include "slm/storage/spooled_source.h"

#include <cerrno>
#include <cstdio>
#include <vector>

#include "slm/storage/failure.h"

namespace slm::storage {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class SpooledSource : public ByteSource {
 public:
  explicit SpooledSource(ByteSource& source) : name_(source.name()), file_(std::tmpfile()) {
    if (!file_) fail();
    std::vector<std::byte> piece(kPieceBytes);
    while (const size_t got = source.read(piece)) {
      if (std::fwrite(piece.data(), 1, got, file_.get()) != got) fail();
      size_ += static_cast<int64_t>(got);
    }
    if (std::fflush(file_.get()) != 0) fail();
    seek(0);
  }

  size_t read(std::span<std::byte> into) override {
    const size_t got = std::fread(into.data(), 1, into.size(), file_.get());
    if (got == 0 && std::ferror(file_.get()) != 0) fail();
    return got;
  }
  const std::string& name() const override { return name_; }
  std::optional<int64_t> size_bytes() const override { return size_; }
  bool seek(int64_t position) override {
    if (::fseeko(file_.get(), position, SEEK_SET) != 0) fail();
    return true;
  }

 private:
  [[noreturn]] void fail() { throw_io_error(name_, "cannot keep a temporary copy", errno); }

  std::string name_;
  std::unique_ptr<std::FILE, FileCloser> file_;
  int64_t size_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> spool(ByteSource& source) { return std::make_unique<SpooledSource>(source); }

}  // namespace slm::storage

#include "slm/storage/spooled_source.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "slm/storage/folder.h"
#include "slm/storage/nameless_file.h"

namespace slm::storage {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

class SpooledSource : public ByteSource {
 public:
  SpooledSource(ByteSource& source, const std::string& folder)
      : name_(source.name()), file_(spool_folder(folder), "a copy of " + source.name()) {
    std::vector<std::byte> piece(kPieceBytes);
    while (const size_t got = source.read(piece)) {
      file_.write(std::span(piece).first(got), size_);
      size_ += static_cast<int64_t>(got);
    }
  }

  size_t read(std::span<std::byte> into) override {
    const size_t count = std::min(into.size(), static_cast<size_t>(size_ - position_));
    file_.read(into.first(count), position_);
    position_ += static_cast<int64_t>(count);
    return count;
  }
  const std::string& name() const override { return name_; }
  std::optional<int64_t> size_bytes() const override { return size_; }
  bool seek(int64_t position) override {
    position_ = std::clamp<int64_t>(position, 0, size_);
    return true;
  }

 private:
  std::string name_;
  NamelessFile file_;
  int64_t size_ = 0;
  int64_t position_ = 0;
};

}  // namespace

std::string spool_folder(const std::string& folder) {
  if (!folder.empty()) {
    make_folders(folder);
    return folder;
  }
  std::error_code error;
  const std::string default_folder = std::filesystem::temp_directory_path(error).string();
  return error ? "/tmp" : default_folder;
}

std::unique_ptr<ByteSource> spool(ByteSource& source, const std::string& folder) {
  return std::make_unique<SpooledSource>(source, folder);
}

}  // namespace slm::storage

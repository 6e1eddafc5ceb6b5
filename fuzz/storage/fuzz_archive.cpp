// Archives and compressed files of any bytes are read to their end or refused, and no path leads outside.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "slm/core/error.h"
#include "slm/storage/archive_reader.h"
#include "slm/storage/decompress.h"

namespace {

using namespace slm::storage;

class BytesSource : public ByteSource {
 public:
  BytesSource(std::span<const std::byte> bytes) : bytes_(bytes) {}
  size_t read(std::span<std::byte> into) override {
    const size_t count = std::min(into.size(), bytes_.size() - position_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), count, into.begin());
    position_ += count;
    return count;
  }
  const std::string& name() const override { return name_; }
  std::optional<int64_t> size_bytes() const override { return static_cast<int64_t>(bytes_.size()); }
  bool seek(int64_t position) override {
    position_ = std::min(static_cast<size_t>(position), bytes_.size());
    return true;
  }

 private:
  std::span<const std::byte> bytes_;
  size_t position_ = 0;
  std::string name_ = "fuzz";
};

constexpr int64_t kMaxBytes = int64_t{1} << 20;  // of one file: what follows teaches nothing

void drain(ByteSource& source) {
  std::array<std::byte, 65536> piece;
  int64_t size = 0;
  while (const size_t got = source.read(piece)) {
    if ((size += static_cast<int64_t>(got)) > kMaxBytes) break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const std::string_view beginning(reinterpret_cast<const char*>(data), size);
  const ExpansionLimit limit;
  const auto source = [&] { return counted_source(std::make_unique<BytesSource>(bytes), limit); };
  try {
    const Compression compression = compression_of(beginning);
    if (compression != Compression::kNone) drain(*decompress(source(), compression, limit));
    const ArchiveKind kind = archive_kind_of(beginning);
    if (kind == ArchiveKind::kNone) return 0;
    ArchiveReader archive(source(), kind, limit);
    while (const auto entry = archive.next()) {
      if (entry->path.starts_with("/") || entry->path.starts_with("../")) std::abort();
      drain(*archive.open(entry->path));
    }
  } catch (const slm::Error&) {
  }
  return 0;
}

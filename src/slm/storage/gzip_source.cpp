#include "slm/storage/gzip_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <new>
#include <vector>

#include "slm/core/error.h"

namespace slm::storage {
namespace {

constexpr size_t kBufferBytes = size_t{128} << 10;
constexpr int kGzipFormat = 16 + MAX_WBITS;

// By zlib itself: libarchive does not compare the checksums of gzip.
class GzipSource : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)), buffer_(kBufferBytes) {
    if (inflateInit2(&stream_, kGzipFormat) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  size_t read(std::span<std::byte> into) override {
    if (is_finished_ || into.empty()) return 0;
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(std::min<size_t>(into.size(), size_t{1} << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0 && !refill()) {
        if (!is_between_) fail("it ends in the middle");
        is_finished_ = true;
        return 0;
      }
      if (is_between_ && !begin_member()) return 0;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        is_between_ = true;
        inflateReset(&stream_);
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        fail(stream_.msg == nullptr ? "unknown error" : stream_.msg);
      }
    }
    return wanted - stream_.avail_out;
  }

  const std::string& name() const override { return source_->name(); }

 private:
  bool refill() {
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(source_->read(buffer_));
    return stream_.avail_in > 0;
  }

  // A file is one member after the other; tapes fill the rest with zeros, which end it.
  bool begin_member() {
    if (!is_first_ && *stream_.next_in == 0) {
      is_finished_ = true;
      return false;
    }
    is_first_ = is_between_ = false;
    return true;
  }

  [[noreturn]] void fail(std::string_view problem) {
    throw FormatError(name(), FormatError::kNoOffset,
                      fmt::format("cannot be unpacked: {}; a damaged or truncated copy? Copy it again", problem));
  }

  std::unique_ptr<ByteSource> source_;
  std::vector<std::byte> buffer_;
  z_stream stream_ = {};
  bool is_between_ = true;  // two members, or before the first
  bool is_first_ = true;
  bool is_finished_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> gunzip(std::unique_ptr<ByteSource> source) {
  return std::make_unique<GzipSource>(std::move(source));
}

}  // namespace slm::storage

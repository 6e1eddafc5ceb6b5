#include "slm/storage/decompress.h"

#include <archive.h>

#include "slm/storage/gzip_source.h"
#include "slm/storage/libarchive_input.h"
#include "slm/storage/skippable_frames.h"

namespace slm::storage {
namespace {

using namespace std::string_view_literals;

class LibarchiveFilter : public ByteSource {
 public:
  LibarchiveFilter(std::unique_ptr<ByteSource> source, Compression compression) : input_(std::move(source)) {
    archive_read_support_format_raw(input_.get());
    archive_read_support_format_empty(input_.get());
    if (compression == Compression::kZstd) archive_read_support_filter_zstd(input_.get());
    if (compression == Compression::kXz) archive_read_support_filter_xz(input_.get());
    if (compression == Compression::kBzip2) archive_read_support_filter_bzip2(input_.get());
  }

  size_t read(std::span<std::byte> into) override {
    if (!is_open_) {
      is_open_ = true;
      input_.open(false);
      archive_entry* ignored = nullptr;
      is_empty_ = !input_.check(archive_read_next_header(input_.get(), &ignored), name());
    }
    if (is_finished_ || into.empty()) return 0;
    const size_t got = is_empty_ ? 0 : input_.read(into, name());
    if (got > 0) return got;
    is_finished_ = true;
    input_.check_nothing_follows();  // a damaged beginning of the next stream, which libarchive takes for the end
    return 0;
  }

  const std::string& name() const override { return input_.name(); }

 private:
  LibarchiveInput input_;
  bool is_open_ = false;
  bool is_empty_ = false;
  bool is_finished_ = false;
};

class LimitedSource : public ByteSource {
 public:
  LimitedSource(std::unique_ptr<ByteSource> source, ExpansionLimit limit)
      : source_(std::move(source)), limit_(std::move(limit)) {}

  size_t read(std::span<std::byte> into) override {
    const size_t got = source_->read(into);
    limit_.add(got, name());
    return got;
  }
  const std::string& name() const override { return source_->name(); }

 private:
  std::unique_ptr<ByteSource> source_;
  ExpansionLimit limit_;
};

}  // namespace

Compression compression_of(std::string_view beginning) {
  if (beginning.starts_with("\x1F\x8B\x08"sv)) return Compression::kGzip;
  if (is_zstd_frame(beginning) || is_skippable_frame(beginning)) return Compression::kZstd;
  if (beginning.starts_with("\xFD\x37zXZ\0"sv)) return Compression::kXz;
  if (beginning.starts_with("BZh"sv) && beginning.size() >= 10 && beginning[3] >= '1' && beginning[3] <= '9') {
    // The number pi begins a block, the square root of pi an empty file.
    const std::string_view magic = beginning.substr(4, 6);
    if (magic == "\x31\x41\x59\x26\x53\x59"sv || magic == "\x17\x72\x45\x38\x50\x90"sv) return Compression::kBzip2;
  }
  return Compression::kNone;
}

std::unique_ptr<ByteSource> decompress(std::unique_ptr<ByteSource> source, Compression compression,
                                       ExpansionLimit limit) {
  if (compression == Compression::kNone) return source;
  std::unique_ptr<ByteSource> unpacked;
  if (compression == Compression::kGzip) {
    unpacked = gunzip(std::move(source));
  } else {
    if (compression == Compression::kZstd) source = behind_skippable_frames(std::move(source));
    unpacked = std::make_unique<LibarchiveFilter>(std::move(source), compression);
  }
  return std::make_unique<LimitedSource>(std::move(unpacked), std::move(limit));
}

}  // namespace slm::storage

#include "slm/storage/skippable_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "slm/core/error.h"

namespace slm::storage {
namespace {

using namespace std::string_view_literals;

constexpr size_t kMagicBytes = 4;
constexpr size_t kHeaderBytes = 8;  // magic number, then the size of the rest: little-endian, both
constexpr size_t kPieceBytes = size_t{64} << 10;

class BehindSkippableFrames : public ByteSource {
 public:
  explicit BehindSkippableFrames(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  size_t read(std::span<std::byte> into) override {
    if (!is_begun_) begin();
    if (num_given_ == num_held_) return source_->read(into);
    const size_t count = std::min(into.size(), num_held_ - num_given_);
    std::memcpy(into.data(), header_.data() + num_given_, count);
    num_given_ += count;
    return count;
  }

  const std::string& name() const override { return source_->name(); }

 private:
  void begin() {
    is_begun_ = true;
    while (true) {
      num_held_ = read_fully(*source_, std::span(header_).first(kMagicBytes));
      const std::string_view magic(reinterpret_cast<const char*>(header_.data()), num_held_);
      if (num_held_ == 0 || is_zstd_frame(magic)) return;
      if (!is_skippable_frame(magic)) fail("no Zstandard frame follows the skippable ones");
      if (read_fully(*source_, std::span(header_).last(kHeaderBytes - kMagicBytes)) < kHeaderBytes - kMagicBytes) {
        fail("a skippable frame is cut off");
      }
      size_t size = 0;
      for (size_t i = kHeaderBytes; i > kMagicBytes; --i) size = size << 8 | std::to_integer<size_t>(header_[i - 1]);
      pass_over(size);
    }
  }

  void pass_over(size_t size) {
    std::array<std::byte, kPieceBytes> piece;
    while (size > 0) {
      const size_t got = source_->read(std::span(piece).first(std::min(size, piece.size())));
      if (got == 0) fail("a skippable frame is cut off");
      size -= got;
    }
  }

  [[noreturn]] void fail(std::string_view problem) const {
    throw FormatError(name(), FormatError::kNoOffset,
                      fmt::format("cannot be unpacked: {}; a damaged or truncated copy? Copy it again", problem));
  }

  std::unique_ptr<ByteSource> source_;
  std::array<std::byte, kHeaderBytes> header_{};
  size_t num_held_ = 0;   // of header_, which belong to the first frame with content
  size_t num_given_ = 0;  // of those
  bool is_begun_ = false;
};

}  // namespace

bool is_zstd_frame(std::string_view beginning) { return beginning.starts_with("\x28\xB5\x2F\xFD"sv); }

bool is_skippable_frame(std::string_view beginning) {
  return beginning.size() >= kMagicBytes && (static_cast<unsigned char>(beginning[0]) & 0xF0) == 0x50 &&
         beginning.substr(1).starts_with("\x2A\x4D\x18"sv);
}

std::unique_ptr<ByteSource> behind_skippable_frames(std::unique_ptr<ByteSource> source) {
  return std::make_unique<BehindSkippableFrames>(std::move(source));
}

}  // namespace slm::storage

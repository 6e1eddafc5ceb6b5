#include "slm/storage/libarchive_input.h"

#include <archive.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <new>
#include <utility>

#include "slm/core/error.h"

namespace slm::storage {
namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;

}  // namespace

// Called from C, which no exception may pass through.
struct LibarchiveInput::Callbacks {
  template <class Body>
  static auto guard(LibarchiveInput& input, const Body& body) -> decltype(body()) {
    try {
      return body();
    } catch (...) {
      input.failure_ = std::current_exception();
      archive_set_error(input.archive_, EIO, "cannot read");
      return ARCHIVE_FATAL;
    }
  }

  static la_ssize_t read(archive*, void* self, const void** buffer) {
    auto& input = *static_cast<LibarchiveInput*>(self);
    *buffer = input.buffer_.data();
    return guard(input, [&] {
      const size_t got = input.source_->read(input.buffer_);
      input.position_ += static_cast<int64_t>(got);
      return static_cast<la_ssize_t>(got);
    });
  }

  static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
    auto& input = *static_cast<LibarchiveInput*>(self);
    return guard(input, [&]() -> la_int64_t {
      const int64_t base = whence == SEEK_SET   ? 0
                           : whence == SEEK_CUR ? input.position_
                                                : input.source_->size_bytes().value_or(0);
      if (offset < -base) return ARCHIVE_FATAL;
      if (!input.source_->seek(base + offset)) return ARCHIVE_FATAL;
      input.position_ = base + offset;
      return input.position_;
    });
  }
};

LibarchiveInput::LibarchiveInput(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), archive_(archive_read_new()), buffer_(kBufferBytes) {
  if (archive_ == nullptr) throw std::bad_alloc();
}

LibarchiveInput::~LibarchiveInput() { archive_read_free(archive_); }

void LibarchiveInput::open(bool can_seek) {
  archive_read_set_callback_data(archive_, this);
  archive_read_set_read_callback(archive_, Callbacks::read);
  if (can_seek) archive_read_set_seek_callback(archive_, Callbacks::seek);
  check(archive_read_open1(archive_), name());
}

bool LibarchiveInput::check(int64_t status, const std::string& name) {
  if (failure_) {
    is_broken_ = true;
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  if (status == ARCHIVE_EOF) return false;
  if (status >= ARCHIVE_WARN) return true;  // a count of bytes, OK, or a warning about what is not read here
  is_broken_ = status == ARCHIVE_FATAL;
  const char* message = archive_error_string(archive_);
  std::string problem = message == nullptr ? "unknown error" : message;
  std::replace(problem.begin(), problem.end(), '\n', ' ');
  problem.erase(std::unique(problem.begin(), problem.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
                problem.end());
  throw FormatError(name, FormatError::kNoOffset,
                    fmt::format("cannot be unpacked: {}; a damaged or truncated copy? Copy it again", problem));
}

}  // namespace slm::storage

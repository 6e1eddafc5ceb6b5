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
    return guard(input, [&] { return static_cast<la_ssize_t>(input.read_source()); });
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

bool LibarchiveInput::check(int status, const std::string& name) {
  rethrow_failure();
  if (status == ARCHIVE_EOF) return false;
  if (status >= ARCHIVE_WARN) return true;  // a warning about a field that is not read here
  is_broken_ = status == ARCHIVE_FATAL;
  throw_damage(name);
}

size_t LibarchiveInput::read(std::span<std::byte> into, const std::string& name) {
  if (into.empty()) return 0;
  const la_ssize_t count = archive_read_data(archive_, into.data(), into.size());
  rethrow_failure();
  if (count >= 0) return static_cast<size_t>(count);
  is_broken_ = count == ARCHIVE_FATAL;
  throw_damage(name);
}

size_t LibarchiveInput::read_source() {
  const size_t got = source_->read(buffer_);
  size_t end = got;
  while (end > 0 && buffer_[end - 1] == std::byte{0}) --end;
  if (end > 0) end_of_nonzero_ = position_ + static_cast<int64_t>(end);
  position_ += static_cast<int64_t>(got);
  return got;
}

void LibarchiveInput::check_nothing_follows() {
  const int64_t end_of_streams = archive_filter_bytes(archive_, -1);
  while (end_of_nonzero_ <= end_of_streams && read_source() > 0) {
  }
  if (end_of_nonzero_ <= end_of_streams) return;
  throw_damage(name(), fmt::format("what follows its last stream, at byte {}, is none", end_of_streams));
}

void LibarchiveInput::rethrow_failure() {
  if (!failure_) return;
  is_broken_ = true;
  std::rethrow_exception(std::exchange(failure_, nullptr));
}

void LibarchiveInput::throw_damage(const std::string& name) {
  const char* text = archive_error_string(archive_);
  const std::string_view message = text == nullptr ? "unknown error" : text;
  // What liblzma says of an .xz that ends too early.
  const bool is_cut_off = message.find("No progress is possible") != std::string_view::npos;
  throw_damage(name, is_cut_off ? "it ends in the middle" : std::string(message));
}

void LibarchiveInput::throw_damage(const std::string& name, std::string problem) {
  std::replace(problem.begin(), problem.end(), '\n', ' ');
  problem.erase(std::unique(problem.begin(), problem.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
                problem.end());
  throw FormatError(name, FormatError::kNoOffset,
                    fmt::format("cannot be unpacked: {}; a damaged or truncated copy? Copy it again", problem));
}

}  // namespace slm::storage

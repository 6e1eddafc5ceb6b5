#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/storage/byte_source.h"

struct archive;

namespace slm::storage {

// A libarchive reader that takes its bytes from a ByteSource. What the source throws comes out of check().
class LibarchiveInput {
 public:
  explicit LibarchiveInput(std::unique_ptr<ByteSource> source);
  ~LibarchiveInput();
  LibarchiveInput(const LibarchiveInput&) = delete;
  LibarchiveInput& operator=(const LibarchiveInput&) = delete;

  archive* get() const { return archive_; }
  const std::string& name() const { return source_->name(); }

  // Begins to read, after formats and filters have been allowed. `can_seek`: the format may move around.
  void open(bool can_seek);

  // Throws where `status`, which a call to libarchive returned, means failure: what the source threw, else FormatError
  // about the file called `name`. Returns false for the end of the file, true otherwise, also after a warning. Not for
  // calls that return a count.
  bool check(int status, const std::string& name);

  // The next bytes of the present entry, called `name` in messages; 0 at its end. Throws as check() does, and for a
  // wrong checksum or size as well, which libarchive calls a warning.
  size_t read(std::span<std::byte> into, const std::string& name);

  // After the end of a compressed stream: throws where bytes other than zeros, which tapes fill up with, follow it.
  void check_nothing_follows();

  // No further call makes sense.
  bool is_broken() const { return is_broken_; }

 private:
  struct Callbacks;

  void rethrow_failure();
  [[noreturn]] void throw_damage(const std::string& name);
  [[noreturn]] void throw_damage(const std::string& name, std::string problem);
  size_t read_source();

  std::unique_ptr<ByteSource> source_;
  archive* archive_;
  std::vector<std::byte> buffer_;
  std::exception_ptr failure_;
  int64_t position_ = 0;
  int64_t end_of_nonzero_ = 0;  // behind the last byte so far that is not zero
  bool is_broken_ = false;
};

}  // namespace slm::storage

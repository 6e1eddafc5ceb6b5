#pragma once

#include <cstddef>
#include <exception>
#include <memory>
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
  // about the file called `name`. Returns false for the end of the file, true otherwise.
  bool check(int64_t status, const std::string& name);

  // No further call makes sense.
  bool is_broken() const { return is_broken_; }

 private:
  struct Callbacks;

  std::unique_ptr<ByteSource> source_;
  archive* archive_;
  std::vector<std::byte> buffer_;
  std::exception_ptr failure_;
  int64_t position_ = 0;
  bool is_broken_ = false;
};

}  // namespace slm::storage

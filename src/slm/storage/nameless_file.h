#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace slm::storage {

// A file without a name, which is gone with the process however that ends.
class NamelessFile {
 public:
  // On the disk of `folder`; `purpose` says in messages what could not be kept there. Throws IoError, as all below.
  NamelessFile(const std::string& folder, std::string purpose);
  ~NamelessFile();
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  void resize(int64_t size_bytes);
  void write(std::span<const std::byte> bytes, int64_t offset);
  // All of `into` must be in the file.
  void read(std::span<std::byte> into, int64_t offset) const;
  // The first bytes of the file as memory, until somebody unmaps it; the room on disk is taken at once.
  std::span<std::byte> map(int64_t size_bytes);
  // Gives back the room of these bytes, which read as zeros from then on, where the file system can.
  void forget(int64_t offset, int64_t size_bytes);

 private:
  [[noreturn]] void fail() const;

  std::string folder_;
  std::string purpose_;
  int descriptor_ = -1;
};

}  // namespace slm::storage

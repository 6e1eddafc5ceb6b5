#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "slm/storage/byte_source.h"
#include "slm/storage/expansion_limit.h"

namespace slm::storage {

enum class ArchiveKind { kNone, kTar, kZip };

// By the first bytes of a file: 512 of them are enough.
ArchiveKind archive_kind_of(std::string_view beginning);

// The files in a .tar or .zip, in stored order, without unpacking them anywhere. A .zip from a source that can seek is
// read through its directory, another one as it comes.
class ArchiveReader {
 public:
  // What its files unpack to counts in `limit`.
  ArchiveReader(std::unique_ptr<ByteSource> source, ArchiveKind kind, ExpansionLimit limit);
  ~ArchiveReader();

  const std::string& name() const;
  const ExpansionLimit& limit() const;

  struct Entry {
    std::string path;                   // as it is stored
    std::optional<int64_t> size_bytes;  // unpacked from the archive, where it says so before the content
  };

  // The next regular file; nullopt at the end. Throws FormatError for damage, and for a path that leads out of the
  // archive ("../x", "/etc/x"): after the latter the next call goes on behind it.
  std::optional<Entry> next();

  // The content of that file, called `name` in messages. It may be read until the next call of next().
  std::unique_ptr<ByteSource> open(std::string name);

  // Whether it threw for damage that nothing can be read behind.
  bool is_broken() const;

 private:
  struct State;
  class Member;

  std::unique_ptr<State> state_;
};

}  // namespace slm::storage

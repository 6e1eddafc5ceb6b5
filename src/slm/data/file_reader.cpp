#include "slm/data/file_reader.h"

#include <string_view>

#include "slm/core/error.h"

namespace slm::data {

size_t FileReader::read(std::span<std::byte> into) {
  try {
    return source_.read(into);
  } catch (const Error& error) {
    if (!keeps_damage_) throw;
    damage_ = error.what();
    return 0;
  }
}

void FileReader::append(std::string& out, size_t count) {
  const size_t old_size = out.size();
  size_t size = old_size;
  out.resize(old_size + count);
  while (size < out.size() && !at_end_) {
    const size_t got = read(std::as_writable_bytes(std::span(out.data() + size, out.size() - size)));
    at_end_ = got == 0;
    size += got;
  }
  out.resize(size);
  if (is_first_ && std::string_view(out).substr(old_size).starts_with("\xEF\xBB\xBF")) out.erase(old_size, 3);
  if (size > old_size) is_first_ = false;
}

}  // namespace slm::data

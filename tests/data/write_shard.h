#pragma once

#include <span>
#include <string>
#include <vector>

#include "slm/data/token_shard.h"
#include "slm/storage/atomic_file.h"

namespace slm::test {

// A shard in llm.c's layout, of uint16 or, for large ids, uint32.
inline void write_shard(const std::string& path, std::span<const int32_t> ids, bool is_wide = false) {
  const auto type = is_wide ? data::TokenType::kUInt32 : data::TokenType::kUInt16;
  std::string content = data::shard_header(type, std::ssize(ids));
  for (const int32_t id : ids) {
    content.append(reinterpret_cast<const char*>(&id), static_cast<size_t>(data::size_bytes(type)));
  }
  storage::write_file(path, content);
}

}  // namespace slm::test

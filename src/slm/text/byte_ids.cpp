#include "slm/text/byte_ids.h"

#include <fmt/format.h>

#include "slm/text/byte_tokenizer.h"

namespace slm::text {

ByteIds byte_level_ids(const Vocabulary& vocabulary) {
  ByteIds ids;
  for (size_t byte = 0; byte < ids.size(); ++byte) ids[byte] = vocabulary.find(byte_level_alphabet()[byte]);
  return ids;
}

ByteIds named_byte_ids(const Vocabulary& vocabulary) {
  ByteIds ids;
  for (size_t byte = 0; byte < ids.size(); ++byte) ids[byte] = vocabulary.find(fmt::format("<0x{:02X}>", byte));
  return ids;
}

}  // namespace slm::text

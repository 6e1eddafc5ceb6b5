// Text with separators, JSON lines and JSON values: whatever the bytes are, the documents must not depend on where
// blocks end. The first byte chooses the format.
#include <cstddef>
#include <cstdint>
#include <string>

#include "corpus_of_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace slm::data;
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  const auto make = [&](const CutterArguments& arguments) {
    if (data[0] % 3 == 0) return make_json_lines_cutter(arguments);
    if (data[0] % 3 == 1) return make_json_values_cutter(arguments);
    return make_text_cutter(arguments);
  };
  if (documents_of(bytes, 1, make) != documents_of(bytes, 1 << 20, make)) std::abort();
  return 0;
}

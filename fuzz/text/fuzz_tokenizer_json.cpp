// Any bytes are a tokenizer.json or refused by name; what is read encodes and decodes a text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "slm/core/error.h"
#include "slm/text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kText = "The quick <s> naïve\t日本語  fox's \xFF 12345\n";
  try {
    const auto tokenizer = slm::text::parse_tokenizer({reinterpret_cast<const char*>(data), size}, "fuzz.json");
    const slm::text::Encoding encoding = tokenizer->encode_with_offsets(kText, {.add_special_tokens = true});
    (void)tokenizer->encode(kText, {.truncate_and_pad = true});
    (void)tokenizer->decode(encoding.ids);
  } catch (const slm::Error&) {
  }
  return 0;
}

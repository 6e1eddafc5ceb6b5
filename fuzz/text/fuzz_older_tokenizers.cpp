// Any bytes are a vocab.txt, a vocab.json with merges.txt, or a .tiktoken file, or refused; what is made of them is a
// tokenizer.json. The first byte says which kind; a zero byte ends the vocab.json.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "slm/core/error.h"
#include "slm/text/older_formats.h"
#include "slm/text/tokenizer.h"

namespace {

std::string as_json(unsigned kind, std::string_view content) {
  if (kind == 0) return slm::text::bert_vocabulary_to_json(content, "vocab.txt", content.size() % 2 == 0);
  if (kind == 1) return slm::text::tiktoken_vocabulary_to_json(content, "fuzz.tiktoken");
  const size_t end = std::min(content.find('\0'), content.size());
  return slm::text::byte_level_vocabulary_to_json(content.substr(0, end), "vocab.json",
                                                  content.substr(std::min(end + 1, content.size())), "merges.txt");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  try {
    const std::string json = as_json(data[0] % 3, {reinterpret_cast<const char*>(data) + 1, size - 1});
    const auto tokenizer = slm::text::parse_tokenizer(json, "fuzz.json");
    (void)tokenizer->decode(tokenizer->encode("The quick naïve fox's 123\n"));
  } catch (const slm::Error&) {
  }
  return 0;
}

// Header lines of any kind: no field may crash what reads it, and numbers stay in their range.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "slm/storage/http_headers.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  slm::storage::HttpHeaders headers;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    headers.add_line(text.substr(0, newline));
    if (newline == std::string_view::npos) break;
    text.remove_prefix(newline + 1);
  }
  if (headers.content_length().value_or(0) < 0) std::abort();
  if (const auto wait = headers.retry_after_s(); wait && (*wait < 1 || *wait > 3601)) std::abort();
  headers.entity_tag();
  headers.next_link();
  const auto range = slm::storage::parse_content_range(headers.get("content-range"));
  if (range && (range->first < 0 || range->last < range->first || (range->total >= 0 && range->last >= range->total))) {
    std::abort();
  }
  return 0;
}

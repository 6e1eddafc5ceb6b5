#include "slm/data/text_pieces.h"

#include <algorithm>

#include "slm/text/utf8.h"

namespace slm::data {

// In steps whose counts fit into a byte, which is what a compiler makes vectors of.
int64_t num_newlines(std::string_view bytes) {
  int64_t count = 0;
  while (!bytes.empty()) {
    uint8_t in_step = 0;
    const std::string_view step = bytes.substr(0, 255);
    for (const char byte : step) in_step = static_cast<uint8_t>(in_step + (byte == '\n'));
    count += in_step;
    bytes.remove_prefix(step.size());
  }
  return count;
}

size_t max_piece_bytes(const CorpusOptions& options) {
  const size_t separator = separator_of(options).size();
  return std::max<size_t>(static_cast<size_t>(options.max_piece_bytes), 2 * separator + 16);
}

size_t piece_end(std::string_view text) {
  for (size_t at = text.size() - 1; at > text.size() / 2 && at >= 2; --at) {
    if (text[at - 1] == '\n' && !is_space(text[at]) && !is_space(text[at - 2])) return at;
  }
  for (size_t at = text.size() - 1; at > text.size() / 2; --at) {
    if (is_space(text[at]) && !is_space(text[at - 1])) return at;
  }
  const size_t end = text::complete_utf8_prefix(text);
  return end == 0 ? text.size() : end;
}

}  // namespace slm::data

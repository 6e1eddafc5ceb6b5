#include "slm/cli/separator_option.h"

namespace slm::cli {

void add_separator_option(OptionTable& options, std::optional<std::string>& value) {
  options.add("document_separator", value,
              "What stands between the documents of a text file (\\n and \\t are understood); empty: one document per "
              "file.",
              "the endoftext marker");
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < text.size();
    if (!is_escape || std::string_view("nt\\").find(text[i + 1]) == std::string_view::npos) {
      out += text[i];
      continue;
    }
    ++i;
    out += text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : '\\';
  }
  return out;
}

}  // namespace slm::cli

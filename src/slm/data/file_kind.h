#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/data/corpus.h"

namespace slm::data {

// What a file's name says about its content.
struct NamedKind {
  bool is_archive = false;        // .tar, .zip, .tgz, .tar.xz ...
  bool is_compressed = false;     // .gz, .zst, .xz, .bz2
  bool has_other_ending = false;  // an ending that slm does not know
  std::optional<InputFormat> format;

  // Whether a file of a folder or an archive that is called so is read.
  bool is_readable() const { return is_archive || format || (is_compressed && !has_other_ending); }
};

NamedKind kind_of_name(std::string_view name);

// Whether the file is text as it stands, by its ending.
inline bool is_text(const NamedKind& kind) {
  return !kind.is_archive && !kind.is_compressed && kind.format == InputFormat::kText;
}

// ".txt, .md ...": for messages.
std::string readable_endings();
std::vector<std::string_view> text_endings();

// Whether JSON text is one value a line, by its beginning and the file's name: not an array, nor a value over several
// lines.
bool has_json_lines(std::string_view name, std::string_view beginning);

}  // namespace slm::data

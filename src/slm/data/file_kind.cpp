#include "slm/data/file_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "slm/storage/ascii_text.h"

namespace slm::data {
namespace {

constexpr std::array<std::pair<std::string_view, InputFormat>, 11> kFormats = {{{".txt", InputFormat::kText},
                                                                                {".text", InputFormat::kText},
                                                                                {".md", InputFormat::kText},
                                                                                {".markdown", InputFormat::kText},
                                                                                {".rst", InputFormat::kText},
                                                                                {".jsonl", InputFormat::kJson},
                                                                                {".ndjson", InputFormat::kJson},
                                                                                {".json", InputFormat::kJson},
                                                                                {".csv", InputFormat::kCsv},
                                                                                {".tsv", InputFormat::kTsv},
                                                                                {".parquet", InputFormat::kParquet}}};
constexpr std::array<std::string_view, 4> kCompressions = {".gz", ".zst", ".xz", ".bz2"};
constexpr std::array<std::string_view, 7> kArchives = {".tar", ".zip", ".tgz", ".txz", ".tbz", ".tbz2", ".tzst"};

}  // namespace

NamedKind kind_of_name(std::string_view name) {
  NamedKind kind;
  const size_t slash = name.find_last_of("/!");
  std::string rest = storage::lower_case(slash == std::string_view::npos ? name : name.substr(slash + 1));
  for (bool is_found = true; is_found;) {
    is_found = false;
    for (const std::string_view ending : kCompressions) {
      if (!rest.ends_with(ending)) continue;
      rest.resize(rest.size() - ending.size());
      kind.is_compressed = is_found = true;
    }
  }
  kind.is_archive =
      std::any_of(kArchives.begin(), kArchives.end(), [&](auto ending) { return rest.ends_with(ending); });
  for (const auto& [ending, format] : kFormats) {
    if (rest.ends_with(ending)) kind.format = format;
  }
  kind.has_other_ending = !kind.is_archive && !kind.format && rest.find('.') != std::string::npos;
  return kind;
}

std::string readable_endings() {
  std::vector<std::string_view> endings;
  for (const auto& [ending, format] : kFormats) endings.push_back(ending);
  endings.push_back(".tar");
  endings.push_back(".zip");
  return fmt::format("{}, or one of these with {}", fmt::join(endings, ", "), fmt::join(kCompressions, ", "));
}

std::vector<std::string_view> text_endings() {
  std::vector<std::string_view> endings;
  for (const auto& [ending, format] : kFormats) {
    if (format == InputFormat::kText) endings.push_back(ending);
  }
  return endings;
}

bool has_json_lines(std::string_view name, std::string_view beginning) {
  const std::string lower = storage::lower_case(name);
  if (lower.find(".jsonl") != std::string::npos || lower.find(".ndjson") != std::string::npos) return true;
  const size_t first = beginning.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return true;
  if (beginning[first] == '[') return false;
  const size_t newline = beginning.find('\n', first);
  if (newline == std::string_view::npos) return true;
  const size_t last = beginning.find_last_not_of(" \t\r\n", newline);
  return beginning[last] == '}';
}

}  // namespace slm::data

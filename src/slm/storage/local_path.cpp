#include "slm/storage/local_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "slm/core/error.h"

namespace slm::storage {
namespace {

bool is_scheme(std::string_view text) {
  return text.size() >= 2 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
                  c == '.';
         });
}

}  // namespace

bool is_address(std::string_view uri) { return uri.find("://") != std::string_view::npos; }

std::string local_path(std::string_view uri) {
  if (uri.empty()) throw UsageError("the path of a file or folder is empty; expected a name");
  if (uri.find('\0') != std::string_view::npos) throw UsageError("the path of a file holds a NUL character");
  const size_t colon = uri.find("://");
  if (colon == std::string_view::npos || !is_scheme(uri.substr(0, colon))) return std::string(uri);
  if (uri.substr(0, colon) != "file") {
    throw UsageError(fmt::format("{}: this build opens local files only, not {}://; copy it to a local path first", uri,
                                 uri.substr(0, colon)));
  }
  const std::string_view path = uri.substr(colon + 3);
  if (!path.starts_with('/')) throw UsageError(fmt::format("{}: expected file:///absolute/path", uri));
  return std::string(path);
}

}  // namespace slm::storage

#include <fmt/format.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/storage/ascii_text.h"
#include "slm/storage/hub_repository.h"

namespace slm::storage {
namespace {

constexpr std::string_view kScheme = "hf://";
constexpr size_t kCommitDigits = 40;

// The hub allows letters, digits, - _ and . and nothing that could climb out of a folder.
bool is_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

}  // namespace

bool is_commit(std::string_view revision) { return is_lower_hex(revision, kCommitDigits); }

bool is_hub_address(std::string_view uri) { return uri.starts_with(kScheme); }

std::string hub_file_address(const std::string& repository, const std::string& path, const std::string& commit) {
  return fmt::format("{}{}/{}@{}", kScheme, repository, path, commit);
}

std::string_view without_commit(std::string_view uri) {
  const size_t at = uri.size() < kCommitDigits ? 0 : uri.size() - kCommitDigits;
  const bool has_commit = is_hub_address(uri) && at > 0 && uri[at - 1] == '@' && is_commit(uri.substr(at));
  return has_commit ? uri.substr(0, at - 1) : uri;
}

std::optional<std::string> commit_in_address(std::string_view uri) {
  const size_t end = without_commit(uri).size();
  if (end == uri.size()) return std::nullopt;
  return std::string(uri.substr(end + 1));
}

HubAddress parse_hub_address(std::string_view uri) {
  const auto fail = [&] { throw UsageError(fmt::format("{}: expected hf://OWNER/NAME[/SUBSET][@REVISION]", uri)); };
  if (!is_hub_address(uri)) fail();
  std::string_view rest = uri.substr(kScheme.size());
  if (rest.starts_with("datasets/")) rest.remove_prefix(9);
  HubAddress address;
  const size_t at = rest.find('@');
  address.revision = at == std::string_view::npos ? "main" : rest.substr(at + 1);
  rest = rest.substr(0, at);
  const size_t owner_end = rest.find('/');
  if (owner_end == std::string_view::npos || address.revision.empty()) fail();
  const size_t name_end = std::min(rest.find('/', owner_end + 1), rest.size());
  const std::string_view owner = rest.substr(0, owner_end);
  const std::string_view name = rest.substr(owner_end + 1, name_end - owner_end - 1);
  if (!is_name(owner) || !is_name(name)) fail();
  address.repository = rest.substr(0, name_end);
  if (name_end < rest.size()) address.path = rest.substr(name_end + 1);
  while (address.path.ends_with('/')) address.path.pop_back();
  return address;
}

}  // namespace slm::storage

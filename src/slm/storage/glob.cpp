#include "slm/storage/glob.h"

#include <glob.h>

#include <algorithm>
#include <cerrno>

#include "slm/storage/failure.h"
#include "slm/storage/folder.h"
#include "slm/storage/folder_walk.h"
#include "slm/storage/local_path.h"
#include "slm/storage/path_pattern.h"

namespace slm::storage {
namespace {

void append_matches(const std::string& pattern, std::vector<std::string>& paths) {
  glob_t found = {};
  const int status = ::glob(pattern.c_str(), GLOB_BRACE | GLOB_NOSORT, nullptr, &found);
  if (status == 0) paths.insert(paths.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (status == GLOB_NOSPACE) throw_io_error(pattern, "cannot list the files", ENOMEM);
}

// "a{b,c}" as "ab" and "ac".
std::vector<std::string> without_braces(const std::string& pattern) {
  const size_t open = pattern.find('{');
  size_t close = open, depth = 0;
  std::vector<size_t> cuts = {open};
  for (; close < pattern.size(); ++close) {
    if (pattern[close] == '{') ++depth;
    if (pattern[close] == '}' && --depth == 0) break;
    if (pattern[close] == ',' && depth == 1) cuts.push_back(close);
  }
  if (close >= pattern.size()) return {pattern};
  cuts.push_back(close);
  std::vector<std::string> patterns;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    const std::string choice = pattern.substr(cuts[i] + 1, cuts[i + 1] - cuts[i] - 1);
    const std::string chosen = pattern.substr(0, open) + choice + pattern.substr(close + 1);
    for (std::string& complete : without_braces(chosen)) patterns.push_back(std::move(complete));
  }
  return patterns;
}

void append_files_below(const std::string& pattern, const StopCheck& should_stop, std::vector<std::string>& paths) {
  const size_t first = pattern.find_first_of("*?["), slash = pattern.rfind('/', first);
  const std::string folder = slash == std::string::npos ? "." : pattern.substr(0, std::max<size_t>(slash, 1));
  if (!is_directory(folder)) return;
  FolderWalk walk(folder, {}, should_stop);
  while (auto file = walk.next()) {
    if (slash == std::string::npos) file->path.erase(0, 2);  // "./"
    if (matches_path(pattern, file->path)) paths.push_back(std::move(file->path));
  }
}

}  // namespace

bool is_glob(std::string_view path) { return path.find_first_of("*?[{") != std::string_view::npos; }

std::vector<std::string> expand_glob(const std::string& pattern, const StopCheck& should_stop) {
  const std::string path = local_path(pattern);
  std::vector<std::string> paths;
  if (path.find("**") == std::string::npos) {
    append_matches(path, paths);
  } else {
    for (const std::string& one : without_braces(path)) {
      if (one.find("**") == std::string::npos) {
        append_matches(one, paths);
      } else {
        append_files_below(one, should_stop, paths);
      }
    }
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace slm::storage

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace slm::storage {

// The folder of one repository in the hub's cache.
class HubCache {
 public:
  explicit HubCache(std::string folder) : folder_(std::move(folder)) {}

  // The commit that a branch or tag was at when it was last asked for.
  std::optional<std::string> commit_of(const std::string& revision) const;
  void remember_commit(const std::string& revision, const std::string& commit);

  // The local copy of a file, where there is one.
  std::optional<std::string> find(const std::string& commit, const std::string& path) const;
  // The paths of which there are copies.
  std::vector<std::string> list(const std::string& commit) const;

  // Which files a commit has, as JSON: what is there of them does not tell.
  std::optional<std::string> list_of_files(const std::string& commit) const;
  void remember_list_of_files(const std::string& commit, const std::string& list);

  // Where a file's bytes are kept, and where they grow.
  std::string blob_path(const std::string& etag) const;
  std::string incomplete_path(const std::string& etag) const { return blob_path(etag) + ".incomplete"; }

  // The lock for who writes them, the one that the hub's own clients take: hub/.locks/REPOSITORY/ETAG.lock.
  std::string lock_path(const std::string& etag) const;

  // Gives a whole blob its name in the snapshot of a commit. Returns that path.
  std::string link(const std::string& commit, const std::string& path, const std::string& etag);

 private:
  std::string list_path(const std::string& commit) const;
  std::string snapshot_path(const std::string& commit, const std::string& path) const;

  std::string folder_;
};

// Throws FormatError for a path that does not stay in the folder it is joined to.
void check_relative_path(const std::string& path);

}  // namespace slm::storage

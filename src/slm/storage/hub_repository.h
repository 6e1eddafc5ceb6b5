#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/storage/http_client.h"

namespace slm::storage {

// How to reach the Hugging Face hub, and where its files are kept. The program takes these from HF_ENDPOINT, HF_TOKEN,
// HF_HUB_CACHE (or HF_HOME) and HF_HUB_OFFLINE.
struct HubSettings {
  std::string endpoint = "https://huggingface.co";
  std::string token;        // empty: anonymous
  std::string cache;        // the folder that the hub's clients share: by default hub/ in HF_HOME
  bool is_offline = false;  // only what is already there
  // By "OWNER/NAME": the commit to take for a branch or tag, whatever that is at by now.
  std::map<std::string, std::string> commits = {};
  HttpSettings http;
  std::function<void(const std::string& message)> warn = {};  // gets what the user should know though it goes on
};

// "hf://OWNER/NAME[/PATH][@REVISION]".
struct HubAddress {
  std::string repository;  // "OWNER/NAME"
  std::string path;        // a subset or a file; empty for all
  std::string revision;    // a branch, a tag, a commit
};

bool is_hub_address(std::string_view uri);

// Whether a revision is the name of a commit, not of a branch or tag.
bool is_commit(std::string_view revision);

// The address of one file at a commit: "hf://OWNER/NAME/PATH@COMMIT". Only such have a commit.
std::string hub_file_address(const std::string& repository, const std::string& path, const std::string& commit);
std::optional<std::string> commit_in_address(std::string_view uri);
std::string_view without_commit(std::string_view uri);

// Throws UsageError for what is no such address.
HubAddress parse_hub_address(std::string_view uri);

enum class HubKind { kModel, kDataset };

struct HubFile {
  std::string path;  // inside the repository
  int64_t size_bytes = 0;
};

// One revision of a repository, and its copy on this disk in the layout that the hub's own clients share:
// datasets--OWNER--NAME/{blobs/ETAG, snapshots/COMMIT/PATH, refs/REVISION}, and beside them which files a commit has. A
// file is there complete or not at all: it grows as blobs/ETAG.incomplete, which a later run goes on with.
class HubRepository {
 public:
  // Asks the hub which commit the revision is. Where no hub can be reached, but a copy of the revision is there, it
  // warns and goes on as if offline. Throws Error with what the hub says, or what is missing offline.
  HubRepository(HubSettings settings, HubKind kind, HubAddress address);
  ~HubRepository();

  const std::string& commit() const;

  // All files of the commit, in the order of their paths. Offline, where nothing says which those are, the files of
  // which there are copies, with a warning about a data set.
  std::vector<HubFile> list();

  // The path of the local copy, downloaded when it is not there yet. Size and hash are checked against what the hub
  // announces: SHA-256 for large files, git's SHA-1 for others; a server that names neither has only its size checked.
  // Throws Error.
  std::string download(const std::string& path);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slm::storage

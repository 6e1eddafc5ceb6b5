#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "slm/data/document_starts.h"
#include "slm/data/prepared_index.h"
#include "slm/data/token_shard.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"
#include "slm/storage/system_calls.h"

namespace slm::test {

using Files = std::map<std::string, std::string>;

// Waits for no disk: the tests write thousands of small files.
template <class Calls>
struct WithoutSync : Calls {
  using Calls::Calls;
  int fsync(int /*file*/) override { return 0; }
};
inline WithoutSync<storage::SystemCalls> no_sync;

// All files in a folder and those below.
inline Files files_of(const std::string& path) {
  Files files;
  for (const auto& entry : storage::list_folder(path)) {
    const std::string below = storage::join(path, entry.name);
    if (!entry.is_directory) {
      files[entry.name] = storage::read_file(below);
      continue;
    }
    files[entry.name + "/"] = "";
    for (const auto& [name, content] : files_of(below)) files[entry.name + "/" + name] = content;
  }
  return files;
}

// The text of each document of a part, without the blank line after it, that a folder of byte tokens holds.
inline std::vector<std::string> texts_of(const std::string& folder, data::Part part) {
  const data::PreparedIndex index = data::read_prepared_index(folder);
  std::vector<data::TokenSource> shards;
  for (const auto& shard : index.shards) {
    if (shard.part == part) shards.push_back(data::open_token_shard(storage::join(folder, shard.file)));
  }
  const data::TokenSource tokens = data::TokenSource::concatenate(shards, "shards");
  const data::DocumentStarts all_starts = data::open_document_starts(storage::join(folder, "documents"));
  const auto starts = all_starts.of(part);
  std::vector<std::string> texts;
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto end = i + 1 < starts.size() ? static_cast<int64_t>(starts[i + 1]) : tokens.size();
    std::string text;
    for (auto at = static_cast<int64_t>(starts[i]); at < end; ++at) text += static_cast<char>(tokens[at]);
    EXPECT_TRUE(text.ends_with("\n\n")) << text;
    texts.push_back(text.substr(0, text.size() - 2));
  }
  return texts;
}

}  // namespace slm::test

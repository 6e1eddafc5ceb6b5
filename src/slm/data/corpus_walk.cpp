#include "slm/data/corpus_walk.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "slm/data/document_starts.h"
#include "slm/data/output_folder.h"
#include "slm/data/prepared_index.h"
#include "slm/storage/folder.h"

namespace slm::data {
namespace {

// What training leaves in its folder, and, in the first place, what shows that it was there.
constexpr std::array<std::string_view, 6> kNamesOfRun = {"metrics.jsonl", "config.json", "tokenizer.json",
                                                         "checkpoints",   "logs",        "data-cache"};

bool is_own(const std::string& folder, const std::string& name) {
  const auto holds = [&](std::string_view other) { return storage::exists(storage::join(folder, other)); };
  const bool may_be_of_run = std::find(kNamesOfRun.begin(), kNamesOfRun.end(), name) != kNamesOfRun.end();
  if (may_be_of_run && holds(kNamesOfRun[0]) && holds("config.json")) return true;
  return is_name_of_corpus(name) &&
         (holds(kDocumentStartsName) || holds(storage::join(std::string(kUnfinishedName), kStateName)));
}

}  // namespace

storage::FolderWalk corpus_walk(const std::string& folder, StopCheck should_stop) {
  return storage::FolderWalk(folder, is_own, std::move(should_stop));
}

}  // namespace slm::data

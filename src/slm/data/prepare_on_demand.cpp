#include "slm/data/prepare_on_demand.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "slm/core/error.h"
#include "slm/data/corpus_walk.h"
#include "slm/data/file_kind.h"
#include "slm/data/prepare.h"
#include "slm/storage/address_name.h"
#include "slm/storage/folder.h"
#include "slm/storage/folder_walk.h"
#include "slm/storage/glob.h"
#include "slm/storage/local_path.h"
#include "slm/storage/sha256.h"

namespace slm::data {
namespace {

bool is_plain_text(const NamedKind& kind) {
  return is_text(kind) || (!kind.is_archive && !kind.is_compressed && !kind.format);
}

bool holds_other_than_text(const std::string& folder) {
  storage::FolderWalk walk = corpus_walk(folder);
  while (const auto file = walk.next()) {
    const NamedKind kind = kind_of_name(file->path);
    if (kind.is_readable() && !is_plain_text(kind)) return true;
  }
  return false;
}

// Tells whether files changed: the names, sizes and times of all under a local path.
class StateOfFiles {
 public:
  void add(const std::string& path) {
    if (!storage::is_directory(path)) {
      add_file(path);
      return;
    }
    storage::FolderWalk walk = corpus_walk(path);
    while (const auto file = walk.next()) add_file(file->path);
  }
  std::string sha256() { return hash_.hex_digest(); }

 private:
  void add_file(const std::string& path) {
    std::error_code ignored;  // what cannot be read is reported by whoever reads it
    const auto size = std::filesystem::file_size(path, ignored);
    const auto time = std::filesystem::last_write_time(path, ignored).time_since_epoch().count();
    hash_.update(fmt::format("{}:{}:{};", path, size, time));
  }

  storage::Sha256 hash_;
};

std::string state_of_corpus(const std::string& name) {
  if (storage::is_address(name)) return storage::sha256_of(storage::address_record(name));
  StateOfFiles state;
  if (storage::exists(name)) {
    state.add(name);
  } else {
    for (const std::string& path : storage::expand_glob(name)) state.add(path);
  }
  return state.sha256();
}

// A folder, made with those above it as needed. Unless it is kept, the ones that are new and empty go again.
class NewFolder {
 public:
  explicit NewFolder(const std::string& path) {
    for (std::filesystem::path at = storage::local_path(path); !at.empty() && !storage::exists(at.string());
         at = at.parent_path()) {
      made_.push_back(at);
    }
    storage::make_folders(path);
  }
  ~NewFolder() {
    std::error_code ignored;
    for (const auto& path : made_) std::filesystem::remove(path, ignored);  // only what is empty
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  void keep() { made_.clear(); }

 private:
  std::vector<std::filesystem::path> made_;  // the innermost first
};

}  // namespace

bool needs_preparing(const std::string& name) {
  if (storage::is_address(name)) return true;
  if (!storage::exists(name)) return storage::is_glob(name);
  return storage::is_directory(name) ? holds_other_than_text(name) : !is_plain_text(kind_of_name(name));
}

std::string prepare_on_demand(const std::string& name, std::shared_ptr<const text::Tokenizer> tokenizer,
                              const PrepareOnDemandOptions& options) {
  const std::string tokenizer_sha256 = storage::sha256_of(tokenizer->to_json());
  const std::vector<std::string> command = {"prepare",
                                            storage::address_record(name),
                                            "--tokenizer_sha256",
                                            tokenizer_sha256,
                                            "--text_column",
                                            options.corpus.text_column,
                                            "--val_fraction",
                                            fmt::format("{}", options.val_fraction),
                                            "--dedup",
                                            options.dedup == Dedup::kNone ? "none" : "exact",
                                            "--document_separator",
                                            options.corpus.document_separator.value_or("default"),
                                            "--state_sha256",
                                            state_of_corpus(name)};
  std::string all;
  for (const std::string& word : command) all += word + '\0';
  PrepareOptions prepare_options;
  prepare_options.inputs = {name};
  prepare_options.corpus = options.corpus;
  prepare_options.tokenizer = std::move(tokenizer);
  prepare_options.out = storage::join(options.cache_dir, storage::sha256_of(all).substr(0, 16));
  prepare_options.val_fraction = options.val_fraction;
  prepare_options.dedup = options.dedup;
  prepare_options.num_threads = options.num_threads;
  prepare_options.command = command;
  if (options.progress) {
    prepare_options.progress = [&](const PrepareProgress& progress) {
      options.progress(progress.bytes_read, progress.bytes_total.value_or(0));
    };
  }
  if (storage::lacks_query(name)) {
    prepare_options.open_blocks = [&](const BlockSourceOptions&) -> std::unique_ptr<BlockSource> {
      throw Error(fmt::format("{}: its query was not kept, as it may hold a key: give the whole address again",
                              storage::address_name(name)));
    };
  }
  NewFolder cache(options.cache_dir);
  const PrepareResult result = prepare(prepare_options);
  cache.keep();
  if (options.prepared && !result.was_complete) options.prepared(result.index);
  return prepare_options.out;
}

}  // namespace slm::data

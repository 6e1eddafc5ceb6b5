#include "slm/data/prepare_on_demand.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "slm/data/file_kind.h"
#include "slm/data/prepare.h"
#include "slm/storage/folder.h"
#include "slm/storage/glob.h"
#include "slm/storage/sha256.h"

namespace slm::data {
namespace {

constexpr int kMaxFolders = 64;

bool is_address(const std::string& name) { return name.find("://") != std::string::npos; }

bool is_plain_text(std::string_view name) {
  const NamedKind kind = kind_of_name(name);
  return !kind.is_archive && !kind.is_compressed && (!kind.format || *kind.format == InputFormat::kText);
}

bool holds_other_than_text(const std::string& folder, int depth) {
  for (const storage::FolderEntry& entry : storage::list_folder(folder)) {
    if (entry.name.starts_with('.')) continue;
    const bool is_other =
        entry.is_directory ? depth < kMaxFolders && holds_other_than_text(storage::join(folder, entry.name), depth + 1)
                           : !is_plain_text(entry.name) && kind_of_name(entry.name).is_readable();
    if (is_other) return true;
  }
  return false;
}

// Tells whether files changed: names, sizes and times of everything under a local path.
std::string state_of(const std::string& path, int depth) {
  if (storage::is_directory(path)) {
    std::string state = path + "/";
    for (const storage::FolderEntry& entry : storage::list_folder(path)) {
      if (depth < kMaxFolders) state += state_of(storage::join(path, entry.name), depth + 1);
    }
    return state;
  }
  std::error_code ignored;  // what cannot be read is reported by whoever reads it
  const auto time = std::filesystem::last_write_time(path, ignored);
  return fmt::format("{}:{}:{};", path, std::filesystem::file_size(path, ignored), time.time_since_epoch().count());
}

std::string state_of_corpus(const std::string& name) {
  if (is_address(name)) return name;
  if (storage::exists(name)) return state_of(name, 1);
  std::string state;
  for (const std::string& path : storage::expand_glob(name)) state += state_of(path, 1);
  return state;
}

}  // namespace

bool needs_preparing(const std::string& name) {
  if (is_address(name)) return true;
  if (!storage::exists(name)) return storage::is_glob(name);
  return storage::is_directory(name) ? holds_other_than_text(name, 1) : !is_plain_text(name);
}

std::string prepare_on_demand(const std::string& name, std::shared_ptr<const text::Tokenizer> tokenizer,
                              const PrepareOnDemandOptions& options) {
  const std::string tokenizer_sha256 = storage::sha256_of(tokenizer->to_json());
  const std::vector<std::string> command = {"prepare",
                                            name,
                                            "--tokenizer_sha256",
                                            tokenizer_sha256,
                                            "--text_column",
                                            options.corpus.text_column,
                                            "--val_fraction",
                                            fmt::format("{}", options.val_fraction),
                                            "--state_sha256",
                                            storage::sha256_of(state_of_corpus(name))};
  std::string all;
  for (const std::string& word : command) all += word + '\0';
  PrepareOptions prepare_options;
  prepare_options.inputs = {name};
  prepare_options.corpus = options.corpus;
  prepare_options.tokenizer = std::move(tokenizer);
  prepare_options.out = storage::join(options.cache_dir, storage::sha256_of(all).substr(0, 16));
  prepare_options.val_fraction = options.val_fraction;
  prepare_options.num_threads = options.num_threads;
  prepare_options.command = command;
  if (options.progress) {
    prepare_options.progress = [&](const PrepareProgress& progress) {
      options.progress(progress.bytes_read, progress.bytes_total.value_or(0));
    };
  }
  storage::make_folders(options.cache_dir);
  prepare(prepare_options);
  return prepare_options.out;
}

}  // namespace slm::data

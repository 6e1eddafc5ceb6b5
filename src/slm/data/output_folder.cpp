#include "slm/data/output_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "slm/core/error.h"
#include "slm/data/document_starts.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"

namespace slm::data {
namespace {

constexpr int64_t kMaxStateBytes = int64_t{1} << 30;

}  // namespace

bool is_name_of_corpus(std::string_view name) {
  const auto is_shard = [&](std::string_view prefix) {
    return name.starts_with(prefix) && name.ends_with(".bin") &&
           name.substr(prefix.size(), name.size() - prefix.size() - 4).find_first_not_of("0123456789") ==
               std::string_view::npos;
  };
  return name == kIndexName || name == kSpeedName || name == kDocumentStartsName || name == "tokenizer.json" ||
         name == kUnfinishedName || is_shard("train-") || is_shard("val-");
}

OutputFolder::OutputFolder(Options options) : options_(std::move(options)) {
  unfinished_ = storage::join(options_.path, kUnfinishedName);
  is_new_ = !storage::exists(options_.path);
  storage::make_folders(options_.path);
  lock_ = std::make_unique<storage::FolderLock>(options_.path);
  if (options_.overwrite) {
    storage::remove_tree(unfinished_);
    holds_old_ = true;
  } else if (is_prepared_folder(options_.path)) {
    look_at_finished();
  } else {
    look_at_unfinished();
  }
}

bool OutputFolder::is_same(const PreparedIndex& index) const {
  return index.command == options_.command && index.tokenizer.sha256 == options_.tokenizer_sha256;
}

void OutputFolder::remove_replaced() {
  if (!std::exchange(holds_old_, false)) return;
  // The index first: without it nothing here looks complete.
  const std::string index_path = storage::join(options_.path, kIndexName);
  std::vector<std::string> files;
  if (storage::exists(index_path)) {
    try {
      const PreparedIndex index = parse_prepared_index(storage::read_file(index_path), index_path);
      if (index.tensor) files.push_back(index.tensor->file);
    } catch (const FormatError&) {
      // A damaged index is a reason to overwrite, not an obstacle.
    }
    storage::remove_tree(index_path);
  }
  for (const storage::FolderEntry& entry : storage::list_folder(options_.path)) {
    if (!entry.is_directory && is_name_of_corpus(entry.name)) files.push_back(entry.name);
  }
  for (const std::string& file : files) storage::remove_tree(storage::join(options_.path, file));
}

void OutputFolder::look_at_finished() {
  PreparedIndex index = read_prepared_index(options_.path);
  if (!is_same(index)) {
    throw Error(fmt::format(
        "{}: holds a corpus prepared by another command ({}): use --overwrite to replace it, or another --out",
        options_.path,
        index.command == options_.command ? "with a tokenizer that has changed since"
                                          : fmt::format("'{}'", fmt::join(index.command, " "))));
  }
  // A kill may have come behind the last file that matters.
  storage::remove_tree(unfinished_);
  storage::remove_leftovers(options_.path);
  finished_ = std::move(index);
}

void OutputFolder::look_at_unfinished() {
  const std::string state_path = storage::join(unfinished_, kStateName);
  if (storage::exists(state_path)) {
    PrepareState state = parse_prepare_state(storage::read_file(state_path, kMaxStateBytes), state_path);
    if (!is_same(state.index)) {
      throw Error(fmt::format(
          "{}: holds the unfinished work of another command ('{}'): give that command again to go on with it, or use "
          "--overwrite, or another --out",
          options_.path, fmt::join(state.index.command, " ")));
    }
    storage::remove_leftovers(options_.path);
    storage::remove_leftovers(unfinished_);
    recorded_ = std::move(state);
    return;
  }
  storage::remove_tree(unfinished_);  // of a run that was killed before it put anything on record
  for (const storage::FolderEntry& entry : storage::list_folder(options_.path)) {
    if (entry.is_directory || !is_name_of_corpus(entry.name)) continue;
    throw Error(fmt::format("{}: has a file {} that preparing would replace: use --overwrite, or another --out",
                            options_.path, entry.name));
  }
}

void OutputFolder::begin() { storage::make_folders(unfinished_); }

void OutputFolder::end() { storage::remove_tree(unfinished_); }

void OutputFolder::discard_if_unrecorded() noexcept {
  try {
    if (storage::exists(storage::join(unfinished_, kStateName))) return;
    storage::remove_tree(unfinished_);
    if (is_new_ && storage::list_folder(options_.path).empty()) storage::remove_tree(options_.path);
  } catch (const std::exception&) {
    // The error that led here is the one to tell.
  }
}

}  // namespace slm::data

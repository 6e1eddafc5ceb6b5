#include "slm/cli/run_folder.h"

#include <cerrno>
#include <filesystem>
#include <utility>

#include "slm/core/error.h"
#include "slm/formats/model_folder.h"
#include "slm/storage/atomic_directory.h"
#include "slm/storage/folder.h"
#include "slm/storage/local_path.h"
#include "slm/train/checkpoint.h"

namespace slm::cli {
namespace {

namespace fs = std::filesystem;

// What a run leaves in its folder.
const std::string kEntries[] = {formats::kModelFile, formats::kConfigFile, formats::kTokenizerFile,
                                kMetricsFile,        kLogsFolder,          train::kCheckpointsFolder};

}  // namespace

RunFolder::RunFolder(std::string path) : path_(std::move(path)) {
  if (storage::is_directory(path_)) lock();
}

std::string RunFolder::path_of(const std::string& name) const { return storage::join(path_, name); }

bool RunFolder::holds_run() const {
  return storage::exists(path_of(formats::kModelFile)) ||
         !storage::list_complete_directories(path_of(train::kCheckpointsFolder), "").empty();
}

bool RunFolder::wrote(const std::string& checkpoint) const {
  const std::string folder = run_folder_of(checkpoint);
  std::error_code ignored;
  return !folder.empty() && fs::equivalent(storage::local_path(folder), storage::local_path(path_), ignored);
}

void RunFolder::open() {
  storage::make_folders(path_);
  if (!lock_) lock();
  if (lock_) storage::remove_leftovers(path_, kEntries);  // of a run that was killed
}

void RunFolder::clear() const {
  for (const std::string& entry : kEntries) storage::remove_tree(path_of(entry));
}

void RunFolder::lock() {
  try {
    lock_ = std::make_unique<storage::FolderLock>(path_);
  } catch (const IoError& error) {
    if (error.error_number() != EACCES) throw;  // a folder that may not be listed may still be written to
  }
}

std::string run_folder_of(const std::string& checkpoint) {
  fs::path path = fs::path(storage::local_path(checkpoint)).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "step-00001000/"
  const fs::path folder = path.parent_path();
  if (folder.filename() != train::kCheckpointsFolder) return {};
  return folder.has_parent_path() ? folder.parent_path().string() : ".";
}

}  // namespace slm::cli

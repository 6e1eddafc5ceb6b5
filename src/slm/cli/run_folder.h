#pragma once

#include <memory>
#include <string>

#include "slm/storage/folder_lock.h"

namespace slm::cli {

// What a run leaves in its folder, besides what formats/model_folder.h and train/checkpoint.h name.
inline constexpr const char *kMetricsFile = "metrics.jsonl", *kLogsFolder = "logs";

// The folder that `slm train` works in, locked against other runs from the start where it exists, else from open() on.
class RunFolder {
 public:
  // Throws Error where another run works in the folder.
  explicit RunFolder(std::string path);

  const std::string& path() const { return path_; }
  std::string path_of(const std::string& name) const;

  // Whether a run left a model or a checkpoint here.
  bool holds_run() const;
  // Whether this folder's run wrote the checkpoint.
  bool wrote(const std::string& checkpoint) const;

  // Makes the folder where it is missing, locks it, and removes what a killed run left half-written. Throws IoError,
  // and what the constructor throws.
  void open();
  // Removes what a run left; other files stay.
  void clear() const;

 private:
  void lock();

  std::string path_;
  std::unique_ptr<storage::FolderLock> lock_;
};

// The folder of the run that a checkpoint belongs to, by its place: "runs/a" of "runs/a/checkpoints/step-00001000".
// Empty where the checkpoint lies elsewhere.
std::string run_folder_of(const std::string& checkpoint);

}  // namespace slm::cli

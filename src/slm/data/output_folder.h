#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/data/prepare_state.h"
#include "slm/data/prepared_index.h"
#include "slm/storage/folder_lock.h"

namespace slm::data {

// The folder of what is not whole, in the folder that a corpus is prepared into.
inline constexpr std::string_view kUnfinishedName = "unfinished";

// Whether a file or folder of that name in a prepared corpus is part of it, whoever wrote it; a tensor is where the
// index names it.
bool is_name_of_corpus(std::string_view name);

// The folder that a corpus is prepared into, kept for this process while it lives.
class OutputFolder {
 public:
  struct Options {
    std::string path;
    std::vector<std::string> command;
    std::string tokenizer_sha256;
    bool overwrite = false;
  };

  // Makes the folder and looks what is in it. Throws Error where that is the work of another command, or files that
  // prepare would replace, unless `overwrite` is set.
  explicit OutputFolder(Options options);

  // The finished work of the same command.
  const std::optional<PreparedIndex>& finished() const { return finished_; }
  // The unfinished work of the same command.
  const std::optional<PrepareState>& recorded() const { return recorded_; }

  const std::string& path() const { return options_.path; }
  // The folder for what is not whole, made by begin() and removed by end().
  const std::string& unfinished() const { return unfinished_; }
  void begin();
  void end();

  // With `overwrite`: whether an earlier corpus may still be there, and its removal, due before a file of the new one
  // gets its final name.
  bool holds_old() const { return holds_old_; }
  void remove_replaced();

  // Takes back what a start has made that failed before anything was put on record.
  void discard_if_unrecorded() noexcept;

 private:
  bool is_same(const PreparedIndex& index) const;
  void look_at_finished();
  void look_at_unfinished();

  Options options_;
  std::string unfinished_;
  bool is_new_ = false;  // the folder was not there
  bool holds_old_ = false;
  std::unique_ptr<storage::FolderLock> lock_;
  std::optional<PreparedIndex> finished_;
  std::optional<PrepareState> recorded_;
};

}  // namespace slm::data

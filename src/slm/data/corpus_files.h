#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slm/data/corpus.h"
#include "slm/data/input_groups.h"
#include "slm/storage/archive_reader.h"
#include "slm/storage/byte_source.h"
#include "slm/storage/expansion_limit.h"
#include "slm/storage/folder_walk.h"

namespace slm::data {

// A file of text that a reader of its format can take.
struct CorpusFile {
  std::string name;
  InputFormat format = InputFormat::kText;
  bool has_json_lines = true;  // false: JSON values over several lines, or one array of them
  std::unique_ptr<storage::ByteSource> source;
};

// The files behind the inputs of a corpus, one after the other, also those inside archives and compressed ones. Opens
// only those whose group is of this process.
class CorpusFiles {
 public:
  // Lists folders. Throws as CorpusReader does.
  CorpusFiles(const std::vector<std::string>& inputs, const CorpusOptions& options, const CorpusShare& share);

  // The next file of the present section of the present group; nullopt at its end. It must not outlive the next call.
  // Throws IoError and FormatError; the call after that goes on behind the file at fault, whose name current_name()
  // gives.
  std::optional<CorpusFile> next();
  const std::string& current_name() const { return current_name_; }

  InputGroups& groups() { return *groups_; }
  const InputGroups& groups() const { return *groups_; }
  bool is_in_archive() const { return !archives_.empty(); }
  // After nullopt outside of archives, which is the end of a group.
  bool is_last_group() const { return is_listed_; }

  int64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }
  std::optional<int64_t> bytes_total() const { return bytes_total_; }

 private:
  struct Input {
    std::string path;
    bool is_folder = false;
    std::shared_ptr<storage::HubRepository> hub = nullptr;  // that `hub_path` is in
    std::string hub_path = {};
    std::optional<int64_t> size_bytes = std::nullopt;
  };

  void add_input(const std::string& input);
  void add_folder(const std::string& folder);
  void add_stream(const std::string& name);
  void add_file(const std::string& path, int64_t size_bytes);
  void add_cloud(const std::string& uri);
  void add_hub(const std::string& uri);
  void count_total(int64_t size_bytes);
  bool is_wanted(std::string_view path) const;
  bool find_next_input();
  std::optional<Input> list_next_input();
  std::unique_ptr<storage::ByteSource> open_input(const Input& input);

  // What is inside `source`; nullopt after entering an archive. What it unpacks to counts in `limit`.
  std::optional<CorpusFile> open(std::unique_ptr<storage::ByteSource> source, const std::string& name,
                                 storage::ExpansionLimit limit);
  // The next file in the innermost archive; nullopt where there is none, or not of this process. `is_section_end`
  // becomes true where that file begins another section.
  std::optional<CorpusFile> next_in_archive(bool& is_section_end);

  const CorpusOptions& options_;
  storage::HttpClient http_;
  std::optional<InputGroups> groups_;
  std::deque<Input> inputs_;
  std::optional<Input> next_input_;                                // behind the last that was opened
  bool is_listed_ = false;                                         // there is none
  std::optional<storage::FolderWalk> walk_;                        // through the folder whose turn it is
  std::vector<std::unique_ptr<storage::ArchiveReader>> archives_;  // each inside the one before
  std::optional<storage::ArchiveReader::Entry> member_;            // of the last one, whose turn is next
  std::string current_name_;
  std::atomic<int64_t> bytes_read_ = 0;
  std::optional<int64_t> bytes_total_ = 0;
};

}  // namespace slm::data

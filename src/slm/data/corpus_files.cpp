#include "slm/data/corpus_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "slm/core/error.h"
#include "slm/storage/file_source.h"
#include "slm/storage/folder.h"

namespace slm::data {
namespace {

constexpr int kMaxDepth = 64;

constexpr std::array<std::pair<std::string_view, InputFormat>, 8> kEndings = {{{".txt", InputFormat::kText},
                                                                               {".text", InputFormat::kText},
                                                                               {".md", InputFormat::kText},
                                                                               {".markdown", InputFormat::kText},
                                                                               {".rst", InputFormat::kText},
                                                                               {".jsonl", InputFormat::kJson},
                                                                               {".ndjson", InputFormat::kJson},
                                                                               {".json", InputFormat::kJson}}};

// Adds what is read to the count of all inputs.
class CountedSource : public storage::ByteSource {
 public:
  CountedSource(std::unique_ptr<ByteSource> source, std::atomic<int64_t>& count)
      : source_(std::move(source)), count_(count) {}

  size_t read(std::span<std::byte> into) override {
    const size_t got = source_->read(into);
    count_.fetch_add(static_cast<int64_t>(got), std::memory_order_relaxed);
    return got;
  }
  const std::string& name() const override { return source_->name(); }
  std::optional<int64_t> size_bytes() const override { return source_->size_bytes(); }
  bool seek(int64_t position) override { return source_->seek(position); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::atomic<int64_t>& count_;
};

}  // namespace

std::optional<InputFormat> format_of_name(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& [ending, format] : kEndings) {
    if (lower.ends_with(ending)) return format;
  }
  return std::nullopt;
}

CorpusFiles::CorpusFiles(const std::vector<std::string>& inputs, const CorpusOptions& options) : options_(options) {
  if (inputs.empty()) throw UsageError("no input: name a file, a folder, or - for standard input");
  for (const std::string& input : inputs) add_input(input);
}

void CorpusFiles::add_input(const std::string& input) {
  if (input == "-") {
    inputs_.push_back({input, true});
    bytes_total_.reset();
    return;
  }
  if (!storage::is_directory(input)) {
    add_file(input, true, storage::file_size(input));
    return;
  }
  if (add_folder(input, 1) > 0) return;
  std::vector<std::string_view> endings;
  for (const auto& [ending, format] : kEndings) endings.push_back(ending);
  throw Error(
      fmt::format("{}: no text in this folder: expected files that end in {}", input, fmt::join(endings, ", ")));
}

int64_t CorpusFiles::add_folder(const std::string& folder, int depth) {
  if (depth > kMaxDepth) {
    throw Error(fmt::format("{}: more than {} folders inside each other: a link that leads back to a folder above it?",
                            folder, kMaxDepth));
  }
  int64_t num_files = 0;
  for (const storage::FolderEntry& entry : storage::list_folder(folder)) {
    if (entry.name.starts_with('.')) continue;
    const std::string path = storage::join(folder, entry.name);
    if (entry.is_directory) {
      num_files += add_folder(path, depth + 1);
    } else if (options_.format != InputFormat::kAuto || format_of_name(entry.name)) {
      add_file(path, false, entry.size_bytes);
      ++num_files;
    }
  }
  return num_files;
}

void CorpusFiles::add_file(const std::string& path, bool is_named, int64_t size_bytes) {
  inputs_.push_back({path, is_named});
  if (bytes_total_) *bytes_total_ += size_bytes;
}

std::optional<CorpusFile> CorpusFiles::next() {
  if (inputs_.empty()) return std::nullopt;
  const Input input = std::move(inputs_.front());
  inputs_.pop_front();
  current_name_ = input.path == "-" ? "standard input" : input.path;
  auto source = std::make_unique<CountedSource>(storage::open_file_source(input.path), bytes_read_);
  InputFormat format = options_.format;
  if (format == InputFormat::kAuto) format = format_of_name(input.path).value_or(InputFormat::kText);
  return CorpusFile{current_name_, format, std::move(source)};
}

}  // namespace slm::data

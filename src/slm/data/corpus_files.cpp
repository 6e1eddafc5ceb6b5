#include "slm/data/corpus_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "slm/core/error.h"
#include "slm/data/cloud_source.h"
#include "slm/data/corpus_walk.h"
#include "slm/data/file_kind.h"
#include "slm/data/hub_dataset.h"
#include "slm/storage/address_name.h"
#include "slm/storage/decompress.h"
#include "slm/storage/file_source.h"
#include "slm/storage/folder.h"
#include "slm/storage/glob.h"
#include "slm/storage/local_path.h"
#include "slm/storage/peeked_source.h"
#include "slm/storage/read_file.h"

namespace slm::data {
namespace {

constexpr size_t kMaxArchives = 8;   // inside each other
constexpr int kMaxCompressions = 8;  // of one file
constexpr std::string_view kReadme = "README.md";
constexpr int64_t kMaxReadmeBytes = int64_t{64} << 20;
constexpr size_t kPeekedBytes = 4096;  // tells every format apart

bool is_web_address(std::string_view input) { return input.starts_with("http://") || input.starts_with("https://"); }

// What messages call an input.
std::string name_of(const std::string& input) { return input == "-" ? "standard input" : storage::address_name(input); }

bool is_hidden(std::string_view path) {
  const size_t slash = path.rfind('/');
  return path.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with('.');
}

}  // namespace

CorpusFiles::CorpusFiles(const std::vector<std::string>& inputs, const CorpusOptions& options, const CorpusShare& share)
    : options_(options), http_(options.hub.http) {
  if (inputs.empty()) throw UsageError("no input: name a file, a folder, or - for standard input");
  for (const std::string& input : inputs) add_input(input);
  groups_.emplace(share, options.block_bytes, bytes_total_);
}

void CorpusFiles::add_input(const std::string& input) {
  if (input == "-" || is_web_address(input)) {
    add_stream(input);
  } else if (storage::is_hub_address(input)) {
    add_hub(input);
  } else if (is_cloud_address(input)) {
    add_cloud(input);
  } else if (storage::is_address(input) && !input.starts_with("file://")) {
    throw UsageError(
        fmt::format("{}: expected a path, or an address that begins with http://, https://, hf://, s3:// "
                    "or gs://; copy it to a local path first",
                    name_of(input)));
  } else if (storage::is_directory(input)) {
    add_folder(input);
  } else if (!storage::exists(input) && storage::is_glob(input)) {
    const std::vector<std::string> paths = storage::expand_glob(input, options_.should_stop);
    if (paths.empty()) throw Error(fmt::format("{}: nothing matches this pattern", input));
    for (const std::string& path : paths) add_input(path);
  } else if (storage::is_pipe(input)) {
    add_stream(input);
  } else {
    add_file(input, storage::file_size(input));
  }
}

bool CorpusFiles::is_wanted(std::string_view path) const {
  return options_.format != InputFormat::kAuto || kind_of_name(path).is_readable();
}

// Files are counted now and found again when their turn comes: a folder may hold more than memory should keep.
void CorpusFiles::add_folder(const std::string& folder) {
  bool is_empty = true;
  storage::FolderWalk walk = corpus_walk(folder, options_.should_stop);
  const auto next_file = [&] {
    while (true) {
      try {
        return walk.next();
      } catch (const Error&) {
        if (!options_.skip_bad_files) throw;  // else it is counted when its turn comes
      }
    }
  };
  while (const auto file = next_file()) {
    if (!is_wanted(file->path)) continue;
    is_empty = false;
    count_total(file->size_bytes);
  }
  if (is_empty) {
    throw Error(fmt::format("{}: no text in this folder: expected files that end in {}", folder, readable_endings()));
  }
  inputs_.push_back({.path = folder, .is_folder = true});
}

void CorpusFiles::count_total(int64_t size_bytes) {
  if (bytes_total_) *bytes_total_ = saturated_sum(*bytes_total_, size_bytes);
}

void CorpusFiles::add_stream(const std::string& name) {
  inputs_.push_back({.path = name});
  bytes_total_.reset();
}

void CorpusFiles::add_file(const std::string& path, int64_t size_bytes) {
  inputs_.push_back({.path = path, .size_bytes = size_bytes});
  count_total(size_bytes);
}

void CorpusFiles::add_hub(const std::string& uri) {
  const storage::HubAddress address = storage::parse_hub_address(uri);
  const auto hub = std::make_shared<storage::HubRepository>(options_.hub, storage::HubKind::kDataset, address);
  const std::vector<storage::HubFile> files = hub->list();
  const bool has_readme = std::any_of(files.begin(), files.end(), [](const auto& f) { return f.path == kReadme; });
  const std::string readme = has_readme ? storage::read_file(hub->download(std::string(kReadme)), kMaxReadmeBytes) : "";
  for (const storage::HubFile& file : choose_hub_files(files, readme, address.path, uri)) {
    inputs_.push_back({.path = storage::hub_file_address(address.repository, file.path, hub->commit()),
                       .hub = hub,
                       .hub_path = file.path,
                       .size_bytes = file.size_bytes});
    count_total(file.size_bytes);
  }
}

void CorpusFiles::add_cloud(const std::string& uri) {
  const std::vector<CloudFile> files = list_cloud_files(uri, options_.should_stop);
  const bool is_file = files.size() == 1 && files[0].uri == uri;
  const size_t num_before = inputs_.size();
  for (const CloudFile& file : files) {
    if (!is_file && is_hidden(file.uri)) continue;
    if (is_file || is_wanted(name_of(file.uri))) add_file(file.uri, file.size_bytes);
  }
  if (inputs_.size() == num_before) {
    throw Error(
        fmt::format("{}: no text in this folder: expected files that end in {}", name_of(uri), readable_endings()));
  }
}

std::unique_ptr<storage::ByteSource> CorpusFiles::open_input(const Input& input) {
  if (input.hub) return storage::open_file_source(input.hub->download(input.hub_path), input.path);
  if (is_cloud_address(input.path)) return open_cloud_file(input.path, options_.should_stop);
  if (is_web_address(input.path)) return http_.open({.url = input.path}, name_of(input.path));
  return storage::open_file_source(input.path);
}

std::optional<CorpusFile> CorpusFiles::next() {
  while (true) {
    if (!archives_.empty()) {
      bool is_section_end = false;
      auto file = next_in_archive(is_section_end);
      if (file || is_section_end) return file;
      continue;
    }
    if (groups_->is_whole() || !find_next_input() || groups_->ends_before(next_input_->size_bytes)) return std::nullopt;
    const Input input = *std::exchange(next_input_, std::nullopt);
    groups_->add(input.path, input.size_bytes);
    if (!groups_->is_mine()) continue;
    current_name_ = name_of(input.path);
    const storage::ExpansionLimit limit;
    // What all read counts once.
    const bool counts = !groups_->is_read_by_all() || groups_->share().rank == 0;
    auto source = storage::counted_source(open_input(input), limit, counts ? &bytes_read_ : nullptr);
    if (auto file = open(std::move(source), current_name_, limit)) return file;
  }
}

bool CorpusFiles::find_next_input() {
  if (!next_input_) next_input_ = list_next_input();
  is_listed_ = !next_input_;
  return !is_listed_;
}

// A file, the next one of a folder that is being walked through.
std::optional<CorpusFiles::Input> CorpusFiles::list_next_input() {
  while (true) {
    while (walk_) {
      std::optional<storage::FolderWalk::File> file = walk_->next();
      if (!file) {
        walk_.reset();
      } else if (is_wanted(file->path)) {
        return Input{.path = std::move(file->path), .size_bytes = file->size_bytes};
      }
    }
    if (inputs_.empty()) return std::nullopt;
    Input input = std::move(inputs_.front());
    inputs_.pop_front();
    if (!input.is_folder) return input;
    current_name_ = input.path;
    walk_.emplace(corpus_walk(input.path, options_.should_stop));
  }
}

std::optional<CorpusFile> CorpusFiles::next_in_archive(bool& is_section_end) {
  storage::ArchiveReader& archive = *archives_.back();
  current_name_ = archive.name();
  if (!member_ && !archive.is_broken()) member_ = archive.next();
  if (!member_) {
    archives_.pop_back();
    return std::nullopt;
  }
  const bool is_outermost = archives_.size() == 1;
  if (is_hidden(member_->path) || member_->path.starts_with("__MACOSX/") || !is_wanted(member_->path)) {
    member_.reset();
    return std::nullopt;
  }
  is_section_end = is_outermost && groups_->ends_section_before(member_->size_bytes);
  if (is_section_end) return std::nullopt;
  const storage::ArchiveReader::Entry member = *std::exchange(member_, std::nullopt);
  if (is_outermost) groups_->add_member(member.path, member.size_bytes);
  if (!groups_->is_mine()) return std::nullopt;
  current_name_ = fmt::format("{}!{}", archive.name(), member.path);
  return open(archive.open(current_name_), current_name_, archive.limit().inner());
}

std::optional<CorpusFile> CorpusFiles::open(std::unique_ptr<storage::ByteSource> source, const std::string& name,
                                            storage::ExpansionLimit limit) {
  const NamedKind kind = kind_of_name(storage::without_commit(name));
  for (int i = 0; i <= kMaxCompressions; ++i) {
    auto peeked = std::make_unique<storage::PeekedSource>(std::move(source), kPeekedBytes);
    const auto compression = storage::compression_of(peeked->beginning());
    if (compression != storage::Compression::kNone) {
      source = storage::decompress(std::move(peeked), compression, limit);
      limit = limit.inner();
      continue;
    }
    const auto archive = storage::archive_kind_of(peeked->beginning());
    if (archive != storage::ArchiveKind::kNone) {
      if (archives_.size() == kMaxArchives) {
        throw FormatError(name, FormatError::kNoOffset,
                          fmt::format("more than {} archives inside each other: unpack it yourself", kMaxArchives));
      }
      archives_.push_back(std::make_unique<storage::ArchiveReader>(std::move(peeked), archive, std::move(limit)));
      return std::nullopt;
    }
    if (kind.is_archive && !peeked->beginning().empty()) {
      throw FormatError(name, 0,
                        "this is neither a tar nor a zip archive, as its name says; a damaged copy? Copy it again");
    }
    InputFormat format = options_.format;
    if (format == InputFormat::kAuto) format = kind.format.value_or(InputFormat::kText);
    const bool has_lines = has_json_lines(storage::without_commit(name), peeked->beginning());
    return CorpusFile{name, format, has_lines, std::move(peeked)};
  }
  throw FormatError(name, FormatError::kNoOffset,
                    fmt::format("compressed more than {} times over: unpack it yourself", kMaxCompressions));
}

}  // namespace slm::data

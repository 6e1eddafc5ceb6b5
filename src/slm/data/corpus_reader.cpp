#include <atomic>
#include <utility>

#include "slm/core/error.h"
#include "slm/data/block_cutter.h"
#include "slm/data/corpus.h"
#include "slm/data/corpus_files.h"

namespace slm::data {
namespace {

std::unique_ptr<BlockCutter> make_cutter(const CorpusFile& file, const CutterArguments& arguments) {
  switch (file.format) {
    case InputFormat::kJson:
      return file.has_json_lines ? make_json_lines_cutter(arguments) : make_json_values_cutter(arguments);
    case InputFormat::kCsv:
      return make_csv_cutter(arguments, ',');
    case InputFormat::kTsv:
      return make_csv_cutter(arguments, '\t');
    case InputFormat::kParquet:
      return make_parquet_cutter(arguments);
    default:
      return make_text_cutter(arguments);
  }
}

}  // namespace

class CorpusReader::Impl {
 public:
  Impl(const std::vector<std::string>& inputs, CorpusOptions options, const CorpusShare& share)
      : options_(with_flag(std::move(options), is_cancelled_)), files_(inputs, options_, share) {}

  void cancel() { *is_cancelled_ = true; }

  bool next(CorpusBlock& block) {
    if (is_at_end_ && !go_on()) return false;
    block.index = index_of_next();
    block.bytes.clear();
    block.bytes.reserve(static_cast<size_t>(options_.block_bytes + options_.block_bytes / 8));
    block.sources.clear();
    block.parts.clear();
    const auto is_full = [&] { return static_cast<int64_t>(block.bytes.size()) >= options_.block_bytes; };
    while (!is_full()) {
      if (!cutter_ && !open_file()) break;
      if (block.parts.empty()) {
        cutter_->begin(block);
      } else if (!cutter_->can_share(block)) {
        break;
      }
      block.sources.push_back(file_->name);
      if (!fill(block)) close_file(block.index);
      if (cutter_ && cutter_->is_at_section_end()) break;
    }
    const InputGroups& groups = files_.groups();
    block.group = {.is_end = block.parts.empty(), .is_read_by_all = groups.is_read_by_all()};
    block.owner = groups.owner();
    if (!block.group.is_end) {
      if (groups.is_read_by_all()) block.owner = static_cast<int>(num_blocks_ % groups.share().num_ranks);
      ++num_blocks_;
    } else {
      if (groups.is_read_by_all()) block.owner = 0;
      const bool is_of_section = is_in_group();
      const int64_t begin = groups.index() * kMaxGroupBlocks;
      block.index = begin + (is_of_section ? (groups.section() + 1) * kMaxSectionBlocks : kMaxGroupBlocks) - 1;
      block.group.listing_hash = is_of_section ? groups.section_hash() : groups.listing_hash();
      is_at_end_ = true;
    }
    return true;
  }

  const CorpusFiles& files() const { return files_; }
  const SkipCounts& skips() const { return skips_; }

 private:
  int64_t index_of_next() const {
    const InputGroups& groups = files_.groups();
    return groups.index() * kMaxGroupBlocks + groups.section() * kMaxSectionBlocks + num_blocks_;
  }

  // At the end of a section: whether another one of the group follows.
  bool is_in_group() const { return cutter_ || files_.is_in_archive(); }

  // Behind the end of a section or a group; false at the end of all.
  bool go_on() {
    if (is_in_group()) {
      files_.groups().next_section();
    } else if (files_.is_last_group()) {
      return false;
    } else {
      files_.groups().next();
    }
    is_at_end_ = false;
    num_blocks_ = 0;
    return true;
  }

  // Opens the next file; false at the end of the section.
  bool open_file() {
    while (true) {
      try {
        file_ = files_.next();
        if (!file_) return false;
        reader_.emplace(*file_->source, options_.skip_bad_files);
        // A process goes on behind a damaged section only with the next file, so all would have to find the damage.
        const bool may_have_sections = !files_.is_in_archive() && !options_.skip_bad_files;
        cutter_ = make_cutter(
            *file_, {*file_->source, *reader_, options_, skips_, may_have_sections ? &files_.groups() : nullptr});
        return true;
      } catch (const Error& error) {
        if (!options_.skip_bad_files) throw;
        skips_.add(SkipReason::kBadFile, index_of_next(), files_.current_name(), 0, 1, error.what());
      }
    }
  }

  bool fill(CorpusBlock& block) {
    if (!options_.skip_bad_files || options_.strict) return cutter_->fill(block);
    try {
      return cutter_->fill(block);
    } catch (const Error& error) {
      skips_.add(SkipReason::kBadFile, block.index, file_->name, 0, 1, error.what());
      return false;
    }
  }

  void close_file(int64_t block) {
    if (reader_->damage()) skips_.add(SkipReason::kBadFile, block, file_->name, 0, 1, *reader_->damage());
    cutter_.reset();
    reader_.reset();
    file_.reset();
  }

  using Flag = std::shared_ptr<std::atomic<bool>>;

  static CorpusOptions with_flag(CorpusOptions options, const Flag& is_cancelled) {
    options.should_stop = [is_cancelled, asked = options.should_stop] { return *is_cancelled || (asked && asked()); };
    options.hub.http.should_stop = options.should_stop;
    return options;
  }

  const Flag is_cancelled_ = std::make_shared<std::atomic<bool>>(false);
  const CorpusOptions options_;
  CorpusFiles files_;
  SkipCounts skips_;
  std::optional<CorpusFile> file_;
  std::optional<FileReader> reader_;
  std::unique_ptr<BlockCutter> cutter_;
  int64_t num_blocks_ = 0;  // of the present section
  bool is_at_end_ = false;  // of a section or a group
};

CorpusReader::CorpusReader(std::vector<std::string> inputs, CorpusOptions options, const CorpusShare& share)
    : impl_(std::make_unique<Impl>(inputs, std::move(options), share)) {}

CorpusReader::~CorpusReader() = default;

void CorpusReader::cancel() { impl_->cancel(); }

bool CorpusReader::next(CorpusBlock& block) { return impl_->next(block); }

int64_t CorpusReader::bytes_read() const { return impl_->files().bytes_read(); }

std::optional<int64_t> CorpusReader::bytes_total() const { return impl_->files().bytes_total(); }

const SkipCounts& CorpusReader::skips() const { return impl_->skips(); }

}  // namespace slm::data

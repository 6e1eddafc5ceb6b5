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
  Impl(const std::vector<std::string>& inputs, CorpusOptions options)
      : options_(std::move(options)), files_(inputs, options_) {}

  bool next(CorpusBlock& block) {
    block.index = num_blocks_;
    block.bytes.clear();
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
    }
    if (block.parts.empty()) return false;
    ++num_blocks_;
    return true;
  }

  const CorpusFiles& files() const { return files_; }
  const SkipCounts& skips() const { return skips_; }

 private:
  // Opens the next file; false at the end of the inputs.
  bool open_file() {
    while (true) {
      try {
        file_ = files_.next();
        if (!file_) return false;
        reader_.emplace(*file_->source, options_.skip_bad_files);
        cutter_ = make_cutter(*file_, {*file_->source, *reader_, options_, skips_});
        return true;
      } catch (const Error& error) {
        if (!options_.skip_bad_files) throw;
        skips_.add(SkipReason::kBadFile, num_blocks_, files_.current_name(), 0, 1, error.what());
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

  const CorpusOptions options_;
  CorpusFiles files_;
  SkipCounts skips_;
  std::optional<CorpusFile> file_;
  std::optional<FileReader> reader_;
  std::unique_ptr<BlockCutter> cutter_;
  int64_t num_blocks_ = 0;
};

CorpusReader::CorpusReader(std::vector<std::string> inputs, CorpusOptions options)
    : impl_(std::make_unique<Impl>(inputs, std::move(options))) {}

CorpusReader::~CorpusReader() = default;

bool CorpusReader::next(CorpusBlock& block) { return impl_->next(block); }

int64_t CorpusReader::bytes_read() const { return impl_->files().bytes_read(); }

std::optional<int64_t> CorpusReader::bytes_total() const { return impl_->files().bytes_total(); }

const SkipCounts& CorpusReader::skips() const { return impl_->skips(); }

}  // namespace slm::data

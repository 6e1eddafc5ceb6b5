#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <fmt/format.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "slm/core/error.h"
#include "slm/core/interrupted.h"
#include "slm/core/quantities.h"
#include "slm/data/arrow_readers.h"
#include "slm/data/block_cutter.h"
#include "slm/data/page_memory.h"
#include "slm/data/skip_row.h"
#include "slm/storage/spooled_source.h"

namespace slm::data {
namespace {

constexpr int64_t kRowsPerBatch = 256;
constexpr int64_t kStreamBytes = int64_t{1} << 20;  // of a column chunk in memory, however large the row group is
constexpr size_t kPieceBytes = size_t{8} << 20;     // of a large page that is in memory at once
constexpr size_t kMaxNamesShown = 20;
// A page may unpack to that many times what was read of the file, as with storage::ExpansionLimit.
constexpr int64_t kMaxExpansion = 300;

// What Arrow reads from.
class SourceFile : public arrow::io::RandomAccessFile {
 public:
  // Whole pages come into memory of `pool`.
  SourceFile(storage::ByteSource& source, int64_t size, PageMemory& pool) : source_(source), size_(size), pool_(pool) {}

  int64_t size() const { return size_; }
  int64_t bytes_read() const { return bytes_read_; }

  arrow::Status Close() override {
    is_closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return is_closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Result<int64_t> GetSize() override { return size_; }

  arrow::Status Seek(int64_t position) override {
    if (position < 0 || position > size_) return arrow::Status::Invalid("a place outside the file");
    if (position != position_ && !source_.seek(position)) return arrow::Status::IOError("cannot move in the file");
    position_ = position;
    return arrow::Status::OK();
  }

  arrow::Result<int64_t> Read(int64_t count, void* out) override {
    std::span into(static_cast<std::byte*>(out), static_cast<size_t>(count));
    int64_t size = 0;
    while (!into.empty()) {
      const auto piece = into.first(std::min(into.size(), kPieceBytes));
      const size_t got = storage::read_fully(source_, piece);
      size += static_cast<int64_t>(got);
      if (got < piece.size()) break;
      into = into.subspan(got);
      if (!into.empty()) pool_.let_go();
    }
    position_ += size;
    bytes_read_ += size;
    return size;
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t count) override {
    // A damaged file may ask for more than it has.
    count = std::min(count, size_ - position_);
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(count, &pool_));
    ARROW_ASSIGN_OR_RAISE(const int64_t size, Read(count, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(size));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  storage::ByteSource& source_;
  int64_t size_;
  PageMemory& pool_;
  int64_t position_ = 0;
  int64_t bytes_read_ = 0;
  bool is_closed_ = false;
};

class ParquetCutter : public BlockCutter {
 public:
  explicit ParquetCutter(const CutterArguments& arguments)
      : options_(arguments.options),
        skips_(arguments.skips),
        groups_(arguments.groups),
        name_(arguments.source.name()),
        pool_(options_.spool_folder, [this] { return max_page_bytes(); }) {
    storage::ByteSource* source = &arguments.source;
    // The directory of a Parquet file is at its end, so the file must be able to seek.
    if (!source->size_bytes() || !source->seek(0)) {
      spooled_ = storage::spool(*source, options_.spool_folder);
      source = spooled_.get();
    }
    file_ = std::make_shared<SourceFile>(*source, source->size_bytes().value_or(0), pool_);
    guard([&] {
      parquet::ReaderProperties properties(&pool_);
      properties.enable_buffered_stream();
      properties.set_buffer_size(kStreamBytes);
      properties.set_page_checksum_verification(true);
      reader_ = parquet::ParquetFileReader::Open(file_, properties);
    });
    find_column();
  }

  bool can_share(const CorpusBlock& block) const override { return block.format == BlockFormat::kDocuments; }
  void begin(CorpusBlock& block) const override { block.format = BlockFormat::kDocuments; }

  bool fill(CorpusBlock& block) override {
    bool has_more = true;
    while (has_more && static_cast<int64_t>(block.bytes.size()) < options_.block_bytes) {
      guard([&] { has_more = read_row(block); });
    }
    return has_more || is_at_section_end_;
  }
  bool is_at_section_end() const override { return is_at_section_end_; }

 private:
  template <class Body>
  void guard(const Body& body) {
    std::string problem;
    try {
      body();
      return;
    } catch (const Error&) {
      throw;
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& failure) {
      problem = failure.what();
    }
    if (pool_.disk_problem()) throw Error(fmt::format("{}: {}", name_, *pool_.disk_problem()));
    if (pool_.refused_bytes() > 0) {
      throw FormatError(name_, FormatError::kNoOffset,
                        fmt::format("column '{}' has a page that unpacks to {}, more than {} times what is stored: "
                                    "a damaged copy, or made to fill your memory",
                                    options_.text_column, format_bytes(pool_.refused_bytes()), kMaxExpansion));
    }
    std::replace(problem.begin(), problem.end(), '\n', ' ');
    throw FormatError(name_, FormatError::kNoOffset,
                      fmt::format("cannot be read as Parquet: {}; a damaged copy? Copy it again", problem));
  }

  int64_t max_page_bytes() const {
    const int64_t num_read = file_ ? file_->bytes_read() : 0;
    return std::max(file_ ? file_->size() : 0,
                    num_read > INT64_MAX / kMaxExpansion ? INT64_MAX : num_read * kMaxExpansion);
  }

  void find_column() {
    const parquet::SchemaDescriptor& schema = *reader_->metadata()->schema();
    std::vector<std::string> names;
    for (int i = 0; i < schema.num_columns(); ++i) {
      names.push_back(schema.Column(i)->path()->ToDotString());
      if (names.back() == options_.text_column) column_ = i;
    }
    if (column_ < 0) {
      if (names.size() > kMaxNamesShown) names.resize(kMaxNamesShown);
      throw FormatError(name_, FormatError::kNoOffset,
                        fmt::format("there is no column '{}'; the file has: {}. Choose one with --text_column",
                                    options_.text_column, fmt::join(names, ", ")));
    }
    const parquet::ColumnDescriptor& column = *schema.Column(column_);
    max_definition_ = column.max_definition_level();
    if (column.physical_type() != parquet::Type::BYTE_ARRAY || column.max_repetition_level() > 0) {
      throw FormatError(name_, FormatError::kNoOffset,
                        fmt::format("column '{}' holds {}{}, expected strings. Choose another with --text_column",
                                    options_.text_column, column.max_repetition_level() > 0 ? "lists of " : "",
                                    parquet::TypeToString(column.physical_type())));
    }
  }

  // Goes to a row group of this process with rows left; false at the end of the section or the file.
  bool find_rows() {
    is_at_section_end_ = false;
    while (!values_ || !values_->HasNext()) {
      values_.reset();
      if (next_group_ == reader_->metadata()->num_row_groups()) return false;
      const bool is_mine = take_row_group();
      if (is_at_section_end_) return false;
      if (is_mine)
        values_ = std::static_pointer_cast<parquet::ByteArrayReader>(reader_->RowGroup(next_group_)->Column(column_));
      ++next_group_;
    }
    return true;
  }

  // Whether this process reads the next row group.
  bool take_row_group() {
    if (groups_ == nullptr) return true;
    const auto row_group = reader_->metadata()->RowGroup(next_group_);
    const int64_t size = std::max<int64_t>(row_group->ColumnChunk(column_)->total_compressed_size(), 0);
    is_at_section_end_ = groups_->ends_section_before(size);
    if (is_at_section_end_) return false;
    groups_->add_member(std::to_string(next_group_), size);
    if (groups_->is_mine()) return true;
    row_ = saturated_sum(row_, std::max<int64_t>(row_group->num_rows(), 0));
    return false;
  }

  // Appends a row; false at the end of the section or the file.
  bool read_row(CorpusBlock& block) {
    if (next_row_ == num_rows_ && !read_batch()) return false;
    // Columns without nulls come without levels.
    if (max_definition_ > 0 && definitions_[next_row_] < max_definition_) {
      skip(block, SkipReason::kNull);
    } else if (next_value_ < num_values_) {
      add(block, rows_[next_value_++]);
    }
    ++next_row_;
    ++row_;
    return true;
  }

  // Rows of one page, which stays until the next are read: a batch of books would fill the memory.
  bool read_batch() {
    if (!find_rows()) return false;
    int64_t num_values = 0;
    const int64_t num_rows = values_->ReadBatch(kRowsPerBatch, definitions_.data(), nullptr, rows_.data(), &num_values);
    if (num_rows == 0) throw parquet::ParquetException("a page without rows");
    next_row_ = next_value_ = 0;
    num_rows_ = static_cast<size_t>(num_rows);
    num_values_ = static_cast<size_t>(num_values);
    return true;
  }

  void add(CorpusBlock& block, const parquet::ByteArray& value) {
    if (static_cast<int64_t>(value.len) > options_.max_record_bytes) {
      skip(block, SkipReason::kTooLong);
      return;
    }
    bytes_in_use_ += value.len;
    if (bytes_in_use_ > kPieceBytes) {
      pool_.let_go();
      bytes_in_use_ = 0;
    }
    const size_t begin = block.bytes.size();
    block.bytes.append(reinterpret_cast<const char*>(value.ptr), value.len);
    block.parts.push_back(
        {.begin = begin, .end = block.bytes.size(), .source = block.sources.size() - 1, .first_line = row_});
  }

  void skip(const CorpusBlock& block, SkipReason reason) {
    skip_row(options_, skips_, reason, {block.index, block.sources.back(), row_});
  }

  const CorpusOptions& options_;
  SkipCounts& skips_;
  InputGroups* const groups_;
  const std::string name_;
  std::unique_ptr<storage::ByteSource> spooled_;
  PageMemory pool_;  // outlives what Arrow keeps in it
  std::shared_ptr<SourceFile> file_;
  std::unique_ptr<parquet::ParquetFileReader> reader_;
  std::shared_ptr<parquet::ByteArrayReader> values_;  // of the present row group
  int column_ = -1;
  int max_definition_ = 0;
  size_t bytes_in_use_ = 0;  // of the present page
  int next_group_ = 0;
  std::array<parquet::ByteArray, kRowsPerBatch> rows_;  // of the present batch
  std::array<int16_t, kRowsPerBatch> definitions_{};
  size_t num_rows_ = 0, next_row_ = 0, num_values_ = 0, next_value_ = 0;
  bool is_at_section_end_ = false;
  int64_t row_ = 1;  // the next
};

}  // namespace

std::unique_ptr<BlockCutter> with_arrow::make_parquet_cutter(const CutterArguments& arguments) {
  return std::make_unique<ParquetCutter>(arguments);
}

}  // namespace slm::data

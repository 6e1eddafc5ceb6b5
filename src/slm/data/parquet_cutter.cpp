#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
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
#include "slm/data/skip_row.h"
#include "slm/storage/spooled_source.h"

namespace slm::data {
namespace {

constexpr int64_t kRowsPerBatch = 256;
constexpr int64_t kStreamBytes = int64_t{1} << 20;  // of a column chunk in memory, however large the row group is
constexpr size_t kMaxNamesShown = 20;
// Of an allocation by Arrow, which unpacks a page, or a dictionary, in one piece. Writers make pages of 1 MB, and of
// 100 MB at the most, unless a single value is larger.
constexpr int64_t kMaxPageBytes = int64_t{128} << 20;

// Refuses what a small file may claim to unpack to.
class BoundedPool : public arrow::MemoryPool {
 public:
  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override {
    ARROW_RETURN_NOT_OK(check(size));
    return pool_->Allocate(size, alignment, out);
  }
  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** pointer) override {
    ARROW_RETURN_NOT_OK(check(new_size));
    return pool_->Reallocate(old_size, new_size, alignment, pointer);
  }
  void Free(uint8_t* buffer, int64_t size, int64_t alignment) override { pool_->Free(buffer, size, alignment); }
  int64_t bytes_allocated() const override { return pool_->bytes_allocated(); }
  int64_t total_bytes_allocated() const override { return pool_->total_bytes_allocated(); }
  int64_t num_allocations() const override { return pool_->num_allocations(); }
  std::string backend_name() const override { return pool_->backend_name(); }

  // What was refused last; 0 for nothing.
  int64_t refused_bytes() const { return refused_bytes_; }

 private:
  arrow::Status check(int64_t size) {
    if (size <= kMaxPageBytes) return arrow::Status::OK();
    refused_bytes_ = size;
    return arrow::Status::CapacityError("too large");
  }

  arrow::MemoryPool* pool_ = arrow::default_memory_pool();
  int64_t refused_bytes_ = 0;
};

// What Arrow reads from.
class SourceFile : public arrow::io::RandomAccessFile {
 public:
  SourceFile(storage::ByteSource& source, int64_t size) : source_(source), size_(size) {}

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
    const std::span into(static_cast<std::byte*>(out), static_cast<size_t>(count));
    const auto size = static_cast<int64_t>(storage::read_fully(source_, into));
    position_ += size;
    return size;
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t count) override {
    // A damaged file may ask for more than it has.
    count = std::min(count, size_ - position_);
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(count));
    ARROW_ASSIGN_OR_RAISE(const int64_t size, Read(count, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(size));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  storage::ByteSource& source_;
  int64_t size_;
  int64_t position_ = 0;
  bool is_closed_ = false;
};

class ParquetCutter : public BlockCutter {
 public:
  explicit ParquetCutter(const CutterArguments& arguments)
      : options_(arguments.options),
        skips_(arguments.skips),
        groups_(arguments.groups),
        name_(arguments.source.name()) {
    storage::ByteSource* source = &arguments.source;
    // The directory of a Parquet file is at its end, so the file must be able to seek.
    if (!source->size_bytes() || !source->seek(0)) {
      spooled_ = storage::spool(*source, options_.spool_folder);
      source = spooled_.get();
    }
    file_ = std::make_shared<SourceFile>(*source, source->size_bytes().value_or(0));
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
      guard([&] { has_more = read_batch(block); });
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
    if (pool_.refused_bytes() > 0) {
      throw FormatError(
          name_, FormatError::kNoOffset,
          fmt::format("column '{}' has a page that unpacks to {}, and {} are the most: write the file again "
                      "with smaller pages or without dictionary",
                      options_.text_column, format_bytes(pool_.refused_bytes()), format_bytes(kMaxPageBytes)));
    }
    std::replace(problem.begin(), problem.end(), '\n', ' ');
    throw FormatError(name_, FormatError::kNoOffset,
                      fmt::format("cannot be read as Parquet: {}; a damaged copy? Copy it again", problem));
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

  // Appends some rows; false at the end of the section or the file.
  bool read_batch(CorpusBlock& block) {
    if (!find_rows()) return false;
    std::array<parquet::ByteArray, kRowsPerBatch> values;
    std::array<int16_t, kRowsPerBatch> definitions{};
    int64_t num_values = 0;
    const int64_t num_rows = values_->ReadBatch(kRowsPerBatch, definitions.data(), nullptr, values.data(), &num_values);
    if (num_rows == 0) throw parquet::ParquetException("a page without rows");
    int64_t next_value = 0;
    for (int64_t i = 0; i < num_rows; ++i, ++row_) {
      // Columns without nulls come without levels.
      if (max_definition_ > 0 && definitions[static_cast<size_t>(i)] < max_definition_) {
        skip(block, SkipReason::kNull);
      } else if (next_value < num_values) {
        add(block, values[static_cast<size_t>(next_value++)]);
      }
    }
    return true;
  }

  void add(CorpusBlock& block, const parquet::ByteArray& value) {
    if (static_cast<int64_t>(value.len) > options_.max_record_bytes) {
      skip(block, SkipReason::kTooLong);
      return;
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
  BoundedPool pool_;  // outlives what Arrow keeps in it
  std::shared_ptr<SourceFile> file_;
  std::unique_ptr<parquet::ParquetFileReader> reader_;
  std::shared_ptr<parquet::ByteArrayReader> values_;  // of the present row group
  int column_ = -1;
  int max_definition_ = 0;
  int next_group_ = 0;
  bool is_at_section_end_ = false;
  int64_t row_ = 1;  // the next
};

}  // namespace

std::unique_ptr<BlockCutter> with_arrow::make_parquet_cutter(const CutterArguments& arguments) {
  return std::make_unique<ParquetCutter>(arguments);
}

}  // namespace slm::data

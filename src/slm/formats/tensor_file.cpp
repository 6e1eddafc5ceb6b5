#include "slm/formats/tensor_file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cassert>

#include "slm/core/error.h"
#include "slm/formats/convert_elements.h"
#include "slm/formats/printable.h"
#include "slm/formats/safetensors.h"
#include "slm/formats/torch_archive.h"
#include "slm/storage/mapped_file.h"

namespace slm::formats {
namespace {

// Copies a strided tensor row by row: all dimensions but the last are counted up like an odometer.
class RowCopier {
 public:
  RowCopier(const TensorEntry& entry, const std::byte* first) : entry_(entry), first_(first) {}

  // Returns the position of the first element that does not fit, or num_elements.
  int64_t copy_to(const Tensor& destination) const {
    const Shape& shape = entry_.shape;
    const int64_t num_elements = shape.num_elements();
    if (num_elements == 0) return 0;
    auto* out = static_cast<std::byte*>(destination.raw());
    if (entry_.strides == contiguous_strides(shape)) {
      return convert_elements(entry_.type, first_, 1, destination.dtype(), out, num_elements);
    }
    const int64_t row_length = shape.back();
    const int64_t row_bytes = row_length * slm::size_bytes(destination.dtype());
    const int64_t num_rows = num_elements / row_length;
    for (int64_t row = 0; row < num_rows; ++row) {
      const std::byte* source = first_ + row_start(row) * size_bytes(entry_.type);
      const int64_t done = convert_elements(entry_.type, source, entry_.strides.back(), destination.dtype(),
                                            out + row * row_bytes, row_length);
      if (done < row_length) return row * row_length + done;
    }
    return num_elements;
  }

 private:
  int64_t row_start(int64_t row) const {
    int64_t start = 0;
    for (int dim = entry_.shape.rank() - 2; dim >= 0; --dim) {
      start += row % entry_.shape[dim] * entry_.strides[static_cast<size_t>(dim)];
      row /= entry_.shape[dim];
    }
    return start;
  }

  const TensorEntry& entry_;
  const std::byte* first_;
};

}  // namespace

std::vector<int64_t> contiguous_strides(const Shape& shape) {
  std::vector<int64_t> strides(static_cast<size_t>(shape.rank()));
  if (shape.num_elements() == 0) return strides;  // the product of the other dimensions may be anything
  int64_t stride = 1;
  for (int dim = shape.rank() - 1; dim >= 0; --dim) {
    strides[static_cast<size_t>(dim)] = stride;
    stride *= shape[dim];
  }
  return strides;
}

TensorFile::TensorFile(std::string path, std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                       Content content)
    : path_(std::move(path)),
      bytes_(bytes),
      owner_(std::move(owner)),
      content_(std::move(content)),
      is_record_checked_(content_.records.size()) {
  for (size_t i = 0; i < content_.entries.size(); ++i) index_by_name_.emplace(content_.entries[i].name, i);
}

const TensorEntry* TensorFile::find(std::string_view name) const {
  const auto found = index_by_name_.find(name);
  return found == index_by_name_.end() ? nullptr : &content_.entries[found->second];
}

const TensorEntry& TensorFile::at(std::string_view name) const {
  if (const TensorEntry* entry = find(name)) return *entry;
  throw FormatError(path_, FormatError::kNoOffset,
                    fmt::format("has no tensor '{}' among its {}: a model of another family, or of other settings?",
                                printable(name), content_.entries.size()));
}

Tensor TensorFile::read(const TensorEntry& entry, DType dtype) const {
  const Tensor tensor = Tensor::empty(entry.shape, dtype);
  read_into(entry, tensor);
  return tensor;
}

void TensorFile::read_into(const TensorEntry& entry, const Tensor& destination) const {
  if (!(entry.shape == destination.shape())) {
    throw FormatError(path_, entry.offset,
                      fmt::format("tensor '{}' has shape {}, expected {}", printable(entry.name),
                                  to_string(entry.shape), to_string(destination.shape())));
  }
  if (!is_convertible(entry.type, destination.dtype())) {
    throw FormatError(path_, entry.offset,
                      fmt::format("tensor '{}' holds {}, expected {}: it has another purpose", printable(entry.name),
                                  name(entry.type), slm::name(destination.dtype())));
  }
  check_record(entry);
  const int64_t done = RowCopier(entry, bytes_.data() + entry.offset).copy_to(destination);
  if (done < entry.shape.num_elements()) {
    throw FormatError(path_, entry.offset,
                      fmt::format("tensor '{}': element {} does not fit into {}", printable(entry.name), done,
                                  slm::name(destination.dtype())));
  }
}

void TensorFile::check_record(const TensorEntry& entry) const {
  if (entry.record < 0) return;
  const auto index = static_cast<size_t>(entry.record);
  const std::lock_guard lock(mutex_);
  if (is_record_checked_[index]) return;
  const ChecksummedRecord& record = content_.records[index];
  const auto* start = reinterpret_cast<const Bytef*>(bytes_.data() + record.offset);
  const auto crc = static_cast<uint32_t>(::crc32_z(0, start, static_cast<size_t>(record.size_bytes)));
  if (crc != record.crc) {
    throw FormatError(path_, record.offset,
                      fmt::format("tensor '{}' is damaged: its bytes have checksum {:08x}, expected {:08x}; copy the "
                                  "file again, or take an earlier checkpoint",
                                  printable(entry.name), crc, record.crc));
  }
  is_record_checked_[index] = true;
}

std::unique_ptr<TensorFile> open_tensor_file(const std::string& path, std::string_view expected) {
  const auto file = std::make_shared<const storage::MappedFile>(path);
  if (is_torch_file(file->bytes())) return parse_torch_archive(path, file->bytes(), file);
  if (is_safetensors(file->bytes())) return parse_safetensors(path, file->bytes(), file);
  if (file->bytes().empty()) {
    throw FormatError(
        path, FormatError::kNoOffset,
        fmt::format("the file is empty, expected {} (.pt or .safetensors): truncated copy? copy it again", expected));
  }
  throw FormatError(
      path, 0, fmt::format("is neither a torch archive (.pt) nor a safetensors file, expected {} in one", expected));
}

}  // namespace slm::formats

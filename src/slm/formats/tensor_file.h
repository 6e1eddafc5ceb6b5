#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/formats/element_type.h"
#include "slm/tensor/tensor.h"

namespace slm::formats {

// Where one tensor is in its file. All of it lies inside the file: whoever makes an entry has checked that.
struct TensorEntry {
  std::string name;
  ElementType type = ElementType::kFloat32;
  Shape shape;
  std::vector<int64_t> strides;  // in elements, one per dimension
  int64_t offset = 0;            // of the first element, in bytes from the start of the file
  int64_t record = -1;           // index of the record it is part of, in a file that has checksums

  DType dtype() const { return dtype_of(type); }  // what read() gives without conversion
  int64_t size_bytes() const { return shape.num_elements() * formats::size_bytes(type); }
};

// The strides of a contiguous tensor.
std::vector<int64_t> contiguous_strides(const Shape& shape);

// A span of the file with a CRC-32, checked when a tensor in it is first read.
struct ChecksummedRecord {
  int64_t offset = 0;
  int64_t size_bytes = 0;
  uint32_t crc = 0;
};

// The tensors of a model file, by name. The file is mapped: opening reads what describes the tensors, reading one
// touches no other. Safe to read from several threads.
class TensorFile {
 public:
  struct Content {
    std::string format;  // "torch archive", "safetensors"
    std::vector<TensorEntry> entries;
    std::map<std::string, std::string> metadata;
    std::vector<ChecksummedRecord> records;
  };

  // `owner` keeps `bytes` alive. `path` is for messages.
  TensorFile(std::string path, std::span<const std::byte> bytes, std::shared_ptr<const void> owner, Content content);

  const std::string& path() const { return path_; }
  const std::string& format() const { return content_.format; }
  const std::map<std::string, std::string>& metadata() const { return content_.metadata; }
  const std::vector<TensorEntry>& entries() const { return content_.entries; }  // in the order of the file
  const TensorEntry* find(std::string_view name) const;                         // nullptr when there is none
  const TensorEntry& at(std::string_view name) const;                           // throws FormatError

  // A copy as a contiguous tensor, in `entry.dtype()` or converted to `dtype`: floating point to floating point,
  // integer to integer. Throws FormatError where that cannot be done, where an integer does not fit, or where the
  // checksum tells of damage.
  Tensor read(const TensorEntry& entry) const { return read(entry, entry.dtype()); }
  Tensor read(const TensorEntry& entry, DType dtype) const;

  // Into a tensor of the same shape, converting to its dtype. Throws FormatError also when the shape differs.
  void read_into(const TensorEntry& entry, const Tensor& destination) const;

 private:
  void check_record(const TensorEntry& entry) const;

  std::string path_;
  std::span<const std::byte> bytes_;
  std::shared_ptr<const void> owner_;
  Content content_;
  std::map<std::string, size_t, std::less<>> index_by_name_;
  mutable std::mutex mutex_;
  mutable std::vector<bool> is_record_checked_;  // guarded by mutex_
};

// Opens a torch archive or a safetensors file, told apart by their content. Throws IoError, FormatError.
std::unique_ptr<TensorFile> open_tensor_file(const std::string& path, std::string_view expected = "a model");

}  // namespace slm::formats

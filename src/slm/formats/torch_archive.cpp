#include "slm/formats/torch_archive.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <map>

#include "slm/core/error.h"
#include "slm/formats/pickle.h"
#include "slm/formats/printable.h"
#include "slm/formats/torch_state_dict.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/mapped_file.h"

namespace slm::formats {
namespace {

constexpr std::string_view kZipStart = "PK\x03\x04";
// Before 1.6: a pickle of protocol 2 of the number 0x1950a86a20f9469cfc6c.
constexpr std::string_view kOldStart =
    "\x80\x02\x8a\x0al\xfc\x9c"
    "F\xf9 j\xa8P\x19";
constexpr std::string_view kRoot = "archive/";
constexpr std::string_view kPickleName = "data.pkl";
constexpr int64_t kPieceElements = int64_t{1} << 17;
constexpr int64_t kMaxPickleBytes = int64_t{1} << 28;

bool starts_with(std::span<const std::byte> bytes, std::string_view start) {
  return bytes.size() >= start.size() && std::memcmp(bytes.data(), start.data(), start.size()) == 0;
}

// The records of an archive by name, without the folder that they all are in.
class Archive {
 public:
  Archive(const std::string& path, std::span<const std::byte> bytes)
      : path_(path), bytes_(bytes), records_(read_zip_directory(path, bytes)) {
    if (records_.empty()) throw FormatError(path_, 0, "the zip archive is empty, expected a file of torch.save");
    const std::string& first = records_.front().name;
    const std::string root = first.substr(0, first.find('/') + 1);
    for (size_t i = 0; i < records_.size(); ++i) {
      const std::string_view name = records_[i].name;
      if (name.starts_with(root)) index_.emplace(name.substr(root.size()), i);
    }
  }

  const std::vector<ZipRecord>& records() const { return records_; }

  std::optional<size_t> find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? std::nullopt : std::optional(found->second);
  }

  std::span<const std::byte> content(size_t index) const {
    const ZipRecord& record = records_[index];
    return bytes_.subspan(static_cast<size_t>(record.offset), static_cast<size_t>(record.size_bytes));
  }

  // The bytes of a small record, whose checksum is right.
  std::span<const std::byte> checked_content(size_t index) const {
    const std::span<const std::byte> bytes = content(index);
    const auto* start = reinterpret_cast<const Bytef*>(bytes.data());
    const ZipRecord& record = records_[index];
    if (bytes.size() > 0 && static_cast<uint32_t>(::crc32_z(0, start, bytes.size())) != record.crc) {
      throw FormatError(
          path_, record.offset,
          fmt::format("record '{}' is damaged: its checksum is wrong; copy the file again", printable(record.name)));
    }
    return bytes;
  }

 private:
  const std::string& path_;
  std::span<const std::byte> bytes_;
  std::vector<ZipRecord> records_;
  std::map<std::string_view, size_t> index_;
};

// The index of data.pkl in an archive that slm can read.
size_t find_pickle(const std::string& path, const Archive& archive) {
  if (archive.find("constants.pkl")) {
    throw FormatError(path, FormatError::kNoOffset,
                      "is a TorchScript program, expected a state dict: save model.state_dict()");
  }
  const std::optional<size_t> index = archive.find(kPickleName);
  if (!index) {
    throw FormatError(path, FormatError::kNoOffset, "is a zip archive without data.pkl: not a file of torch.save");
  }
  const ZipRecord& record = archive.records()[*index];
  if (record.size_bytes > kMaxPickleBytes) {
    throw FormatError(path, record.offset,
                      fmt::format("data.pkl has {} bytes, at most {} are expected: not a state dict", record.size_bytes,
                                  kMaxPickleBytes));
  }
  if (const std::optional<size_t> byte_order = archive.find("byteorder")) {
    if (!starts_with(archive.content(*byte_order), "little")) {
      throw FormatError(path, archive.records()[*byte_order].offset,
                        "the tensors are not little-endian: save them on another machine");
    }
  }
  return *index;
}

std::string record_name(std::string_view record) { return fmt::format("{}{}", kRoot, record); }

// The records before and after those of the storages.
void add_beginning(ZipWriter& zip, std::string_view pickle) {
  zip.add(record_name(kPickleName), pickle);
  zip.add(record_name(".format_version"), "1");
  zip.add(record_name(".storage_alignment"), std::to_string(ZipWriter::kAlignment));
  zip.add(record_name("byteorder"), "little");
}

void add_end(ZipWriter& zip) {
  zip.add(record_name("version"), "3\n");
  zip.finish();
}

}  // namespace

bool is_torch_file(std::span<const std::byte> beginning) {
  return starts_with(beginning, kZipStart) || starts_with(beginning, kOldStart);
}

std::unique_ptr<TensorFile> open_torch_archive(const std::string& path) {
  const auto file = std::make_shared<const storage::MappedFile>(path);
  return parse_torch_archive(path, file->bytes(), file);
}

std::unique_ptr<TensorFile> parse_torch_archive(const std::string& path, std::span<const std::byte> bytes,
                                                std::shared_ptr<const void> owner) {
  if (starts_with(bytes, kOldStart)) {
    throw FormatError(
        path, 0, "is in the format of PyTorch before 1.6: load it with torch.load and save it again with torch.save");
  }
  if (!starts_with(bytes, kZipStart)) throw FormatError(path, 0, "is not a file of torch.save: no zip archive");
  const Archive archive(path, bytes);
  const size_t pickle_index = find_pickle(path, archive);
  const Pickle pickle = parse_pickle(path, archive.records()[pickle_index].offset,
                                     archive.checked_content(pickle_index), is_state_dict_global);
  const auto find_storage = [&](std::string_view key) -> std::optional<StorageRecord> {
    const std::optional<size_t> index = archive.find(fmt::format("data/{}", key));
    if (!index) return std::nullopt;
    const ZipRecord& record = archive.records()[*index];
    return StorageRecord{static_cast<int64_t>(*index), record.offset, record.size_bytes};
  };
  TensorFile::Content content = {
      .format = "torch archive", .entries = read_state_dict(path, pickle, find_storage), .metadata = {}, .records = {}};
  for (const ZipRecord& record : archive.records()) {
    content.records.push_back({record.offset, record.size_bytes, record.crc});
  }
  return std::make_unique<TensorFile>(path, bytes, std::move(owner), std::move(content));
}

void write_torch_archive(storage::ByteSink& sink, std::span<const OutputTensor> tensors, int64_t zip64_from) {
  std::vector<int64_t> keys;                                 // of each tensor's storage
  std::vector<const OutputTensor*> storages;                 // by key
  std::map<std::pair<const void*, int64_t>, int64_t> known;  // keys of the storages that may come again
  for (const OutputTensor& tensor : tensors) {
    const auto next_key = static_cast<int64_t>(storages.size());
    const int64_t size_bytes = tensor.shape.num_elements() * slm::size_bytes(tensor.dtype);
    int64_t key = next_key;
    if (tensor.shared_with != nullptr)
      key = known.emplace(std::pair(tensor.shared_with, size_bytes), key).first->second;
    if (key == next_key) storages.push_back(&tensor);
    keys.push_back(key);
  }
  ZipWriter zip(sink, zip64_from);
  add_beginning(zip, pickle_state_dict(tensors, keys));
  for (size_t key = 0; key < storages.size(); ++key) {
    const Tensor tensor = storages[key]->content();
    assert(tensor.dtype() == storages[key]->dtype && tensor.shape() == storages[key]->shape);
    zip.add(record_name(fmt::format("data/{}", key)), bytes_of(tensor));
  }
  add_end(zip);
}

void write_torch_archive(const std::string& path, std::span<const OutputTensor> tensors) {
  storage::AtomicFile file(path);
  write_torch_archive(file, tensors);
  file.commit();
}

void write_torch_archive(const std::string& path, std::span<const NamedTensor> tensors) {
  write_torch_archive(path, to_outputs(tensors));
}

void write_int64_tensor(const std::string& path, int64_t num_elements,
                        const std::function<void(int64_t begin, std::span<int64_t> values)>& read) {
  storage::AtomicFile file(path);
  ZipWriter zip(file);
  const OutputTensor tensor = {.name = {}, .dtype = DType::kInt64, .shape = {num_elements}, .content = {}};
  add_beginning(zip, pickle_tensor(tensor));
  zip.add(record_name("data/0"), num_elements * size_bytes(DType::kInt64), [&](storage::ByteSink& sink) {
    std::vector<int64_t> values(static_cast<size_t>(std::min(num_elements, kPieceElements)));
    for (int64_t begin = 0; begin < num_elements; begin += kPieceElements) {
      const auto piece = std::span(values).first(static_cast<size_t>(std::min(num_elements - begin, kPieceElements)));
      read(begin, piece);
      sink.write(std::as_bytes(piece));
    }
  });
  add_end(zip);
  file.commit();
}

}  // namespace slm::formats

#include "slm/formats/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/formats/printable.h"
#include "slm/storage/atomic_file.h"
#include "slm/storage/mapped_file.h"

namespace slm::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "tensor files are little-endian, and so is slm's memory");

using nlohmann::json;

constexpr int64_t kLengthBytes = 8;
constexpr int64_t kMaxHeaderBytes = 100'000'000;  // the limit of the reference implementation
constexpr size_t kMaxTensors = 1'000'000, kMaxListLength = 64;
constexpr int64_t kHeaderAlignment = 64;
constexpr std::string_view kMetadataKey = "__metadata__";

// One tensor as the header describes it, nothing checked but the JSON types.
struct HeaderEntry {
  std::string name;
  std::optional<std::string> dtype;
  std::optional<std::vector<uint64_t>> shape;
  std::optional<std::vector<uint64_t>> offsets;
};

// Takes the header in as it is parsed. The grammar has depth three, so nothing of it is ever nested deeply, and a key
// that comes twice is seen.
class HeaderHandler : public nlohmann::json_sax<json> {
 public:
  explicit HeaderHandler(const std::string& path) : path_(path) {}

  const std::vector<HeaderEntry>& entries() const { return entries_; }
  const Metadata& metadata() const { return metadata_; }

  bool null() override { fail("holds a null"); }
  bool boolean(bool) override { fail("holds a boolean"); }
  bool number_integer(number_integer_t value) override { fail(fmt::format("holds the negative number {}", value)); }
  bool number_float(number_float_t, const string_t& text) override { fail(fmt::format("holds the number {}", text)); }
  bool binary(binary_t&) override { fail("holds binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (array_ == nullptr) fail(fmt::format("holds the number {} outside of a list", value));
    if (array_->size() == kMaxListLength) fail("holds a list that is too long");
    array_->push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (level_ == 2 && in_metadata_) {
      metadata_[key_] = value;
    } else if (level_ == 2 && key_ == "dtype" && array_ == nullptr) {
      entries_.back().dtype = value;
    } else {
      fail("holds a string in a wrong place");
    }
    return true;
  }

  bool start_object(size_t) override {
    if (level_ == 2 || array_ != nullptr) fail("is nested too deeply");
    ++level_;
    return true;
  }

  bool end_object() override {
    --level_;
    return true;
  }

  bool key(string_t& value) override {
    if (level_ == 1) {
      if (!names_.insert(value).second) fail("names it twice", value);
      in_metadata_ = value == kMetadataKey;
      keys_.clear();
      if (entries_.size() == kMaxTensors) fail(fmt::format("names more than {} tensors", kMaxTensors));
      if (!in_metadata_) entries_.push_back({.name = value, .dtype = {}, .shape = {}, .offsets = {}});
    } else if (!keys_.insert(value).second) {
      fail(fmt::format("has the key '{}' twice", printable(value)));
    }
    key_ = value;
    return true;
  }

  bool start_array(size_t) override {
    if (level_ != 2 || in_metadata_ || array_ != nullptr || (key_ != "shape" && key_ != "data_offsets")) {
      fail("holds a list in a wrong place");
    }
    HeaderEntry& entry = entries_.back();
    array_ = key_ == "shape" ? &entry.shape.emplace() : &entry.offsets.emplace();
    return true;
  }

  bool end_array() override {
    array_ = nullptr;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw FormatError(path_, kLengthBytes + static_cast<int64_t>(position),
                      "the header is not JSON: not a safetensors file, or a damaged copy");
  }

 private:
  [[noreturn]] void fail(std::string_view problem) { fail(problem, entries_.empty() ? "" : entries_.back().name); }
  [[noreturn]] void fail(std::string_view problem, std::string_view tensor) {
    throw FormatError(path_, kLengthBytes,
                      tensor.empty() ? fmt::format("the header {}", problem)
                                     : fmt::format("the header {}, at tensor '{}'", problem, printable(tensor)));
  }

  const std::string& path_;
  std::vector<HeaderEntry> entries_;
  Metadata metadata_;
  int level_ = 0;  // of objects
  bool in_metadata_ = false;
  std::string key_;
  std::vector<uint64_t>* array_ = nullptr;  // the list being read
  std::set<std::string> names_;
  std::set<std::string> keys_;  // of the tensor or metadata being read
};

// The size in bytes of `entry`, whose shape becomes `shape`. Throws where it cannot be in a file at all.
int64_t checked_size(const std::string& path, const HeaderEntry& entry, ElementType type, Shape& shape) {
  const auto fail = [&](const std::string& problem) {
    throw FormatError(path, kLengthBytes, fmt::format("tensor '{}' {}", printable(entry.name), problem));
  };
  if (entry.shape->size() > Shape::kMaxRank) {
    fail(fmt::format("has {} dimensions, at most {} are expected", entry.shape->size(), Shape::kMaxRank));
  }
  int64_t size = formats::size_bytes(type);
  for (const uint64_t dim : *entry.shape) {
    if (dim > INT64_MAX || __builtin_mul_overflow(size, static_cast<int64_t>(dim), &size)) {
      fail("has a shape larger than any file");
    }
    shape.push_back(static_cast<int64_t>(dim));
  }
  return size;
}

TensorEntry checked_entry(const std::string& path, const HeaderEntry& raw, int64_t data_start, int64_t data_size) {
  const auto fail = [&](const std::string& problem) {
    throw FormatError(path, kLengthBytes, fmt::format("tensor '{}' {}", printable(raw.name), problem));
  };
  if (!raw.dtype || !raw.shape || !raw.offsets) fail("lacks dtype, shape or data_offsets");
  const std::optional<ElementType> type = from_safetensors_name(*raw.dtype);
  if (!type) {
    fail(fmt::format("has dtype {}, which slm does not read; convert it to F32, BF16 or F16 first",
                     printable(*raw.dtype)));
  }
  TensorEntry entry = {.name = raw.name, .type = *type, .shape = {}, .strides = {}};
  const int64_t size = checked_size(path, raw, *type, entry.shape);
  if (raw.offsets->size() != 2) fail(fmt::format("has {} data_offsets, expected 2", raw.offsets->size()));
  const uint64_t begin = (*raw.offsets)[0], end = (*raw.offsets)[1];
  if (begin > end) fail(fmt::format("ends at {}, before it begins at {}", end, begin));
  if (end - begin != static_cast<uint64_t>(size)) {
    fail(fmt::format("has {} bytes, but {} {} needs {}", end - begin, *raw.dtype, to_string(entry.shape), size));
  }
  if (end > static_cast<uint64_t>(data_size)) {
    fail(fmt::format("ends {} bytes after the header, the file ends after {}: truncated copy? copy it again", end,
                     data_size));
  }
  entry.offset = data_start + static_cast<int64_t>(begin);
  entry.strides = contiguous_strides(entry.shape);
  return entry;
}

std::string header_of(std::span<const OutputTensor* const> tensors, const Metadata& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[std::string(kMetadataKey)] = metadata;
  int64_t offset = 0;
  for (const OutputTensor* tensor : tensors) {
    const int64_t size = tensor->shape.num_elements() * slm::size_bytes(tensor->dtype);
    nlohmann::ordered_json entry;
    entry["dtype"] = safetensors_name(element_type_of(tensor->dtype));
    entry["shape"] = std::vector<int64_t>(tensor->shape.begin(), tensor->shape.end());
    entry["data_offsets"] = {offset, offset + size};
    header[tensor->name] = std::move(entry);
    offset += size;
  }
  std::string text = json_text(header);
  text.append(static_cast<size_t>((-std::ssize(text) - kLengthBytes) & (kHeaderAlignment - 1)), ' ');
  return text;
}

}  // namespace

bool is_safetensors(std::span<const std::byte> beginning) {
  if (std::ssize(beginning) < kLengthBytes + 2) return false;
  uint64_t header_size = 0;
  std::memcpy(&header_size, beginning.data(), sizeof(header_size));
  return header_size >= 2 && header_size <= kMaxHeaderBytes && beginning[kLengthBytes] == std::byte{'{'};
}

std::unique_ptr<TensorFile> open_safetensors(const std::string& path) {
  const auto file = std::make_shared<const storage::MappedFile>(path);
  return parse_safetensors(path, file->bytes(), file);
}

std::unique_ptr<TensorFile> parse_safetensors(const std::string& path, std::span<const std::byte> bytes,
                                              std::shared_ptr<const void> owner) {
  const int64_t size = std::ssize(bytes);
  if (size < kLengthBytes) {
    throw FormatError(path, size, "a safetensors file has at least 8 bytes: truncated copy? copy it again");
  }
  uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  if (header_size > kMaxHeaderBytes) {
    throw FormatError(path, 0, fmt::format("is not a safetensors file: a header of {} bytes", header_size));
  }
  if (header_size > static_cast<uint64_t>(size - kLengthBytes)) {
    throw FormatError(
        path, 0,
        fmt::format("the header has {} bytes, but the file only {}: truncated copy? copy it again", header_size, size));
  }
  HeaderHandler header(path);
  const auto* text = reinterpret_cast<const char*>(bytes.data()) + kLengthBytes;
  if (header_size == 0 || *text != '{') throw FormatError(path, kLengthBytes, "the header is not a JSON object");
  json::sax_parse(text, text + header_size, &header);

  const int64_t data_start = kLengthBytes + static_cast<int64_t>(header_size);
  TensorFile::Content content = {.format = "safetensors", .entries = {}, .metadata = header.metadata(), .records = {}};
  for (const HeaderEntry& raw : header.entries()) {
    content.entries.push_back(checked_entry(path, raw, data_start, size - data_start));
  }
  // An empty tensor has the offset of the one behind it and comes first.
  std::stable_sort(content.entries.begin(), content.entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::pair(a.offset, a.size_bytes()) < std::pair(b.offset, b.size_bytes());
  });
  int64_t end = data_start;
  for (const TensorEntry& entry : content.entries) {
    if (entry.offset != end) {
      throw FormatError(
          path, entry.offset,
          fmt::format("tensor '{}' begins here, but the one before it ends at byte {}", printable(entry.name), end));
    }
    end += entry.size_bytes();
  }
  if (end != size) {
    throw FormatError(path, end, fmt::format("the last tensor ends here, the file at byte {}", size));
  }
  return std::make_unique<TensorFile>(path, bytes, std::move(owner), std::move(content));
}

void write_safetensors(storage::ByteSink& sink, std::span<const OutputTensor> tensors, const Metadata& metadata) {
  std::vector<const OutputTensor*> order;
  for (const OutputTensor& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const OutputTensor* a, const OutputTensor* b) {
    return slm::size_bytes(a->dtype) > slm::size_bytes(b->dtype);
  });
  const std::string header = header_of(order, metadata);
  const uint64_t header_size = header.size();
  sink.write(std::as_bytes(std::span(&header_size, 1)));
  sink.write(header);
  for (const OutputTensor* output : order) {
    const Tensor tensor = output->content();
    assert(tensor.dtype() == output->dtype && tensor.shape() == output->shape);
    sink.write(bytes_of(tensor));
  }
}

void write_safetensors(const std::string& path, std::span<const OutputTensor> tensors, const Metadata& metadata) {
  storage::AtomicFile file(path);
  write_safetensors(file, tensors, metadata);
  file.commit();
}

void write_safetensors(const std::string& path, std::span<const NamedTensor> tensors, const Metadata& metadata) {
  write_safetensors(path, to_outputs(tensors), metadata);
}

}  // namespace slm::formats

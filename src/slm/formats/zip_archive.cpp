#include "slm/formats/zip_archive.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <set>

#include "slm/core/error.h"
#include "slm/formats/printable.h"

namespace slm::formats {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kZip64End = 0x06064b50, kZip64Locator = 0x07064b50;
constexpr int64_t kLocalHeaderBytes = 30, kDirectoryEntryBytes = 46, kEndBytes = 22;
constexpr int64_t kZip64EndBytes = 56, kZip64LocatorBytes = 20;
constexpr int64_t kMaxCommentBytes = 0xFFFF;
constexpr uint16_t kZip64Field = 0x0001, kPaddingField = 0x4246;  // "FB", as PyTorch pads
constexpr uint16_t kEncrypted = 1 << 0, kNameIsUtf8 = 1 << 11;
constexpr uint16_t kVersion = 45, kFirstOfJanuary1980 = 0x0021;
constexpr uint32_t kInZip64 = 0xFFFFFFFFu;
constexpr uint16_t kCountInZip64 = 0xFFFFu;

// Reads little-endian numbers at positions that the caller has checked.
class Reader {
 public:
  Reader(const std::string& path, std::span<const std::byte> bytes) : path_(path), bytes_(bytes) {}

  int64_t size() const { return std::ssize(bytes_); }
  bool has(int64_t offset, int64_t count) const { return offset >= 0 && offset <= size() && count <= size() - offset; }

  template <class T>
  T at(int64_t offset) const {
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }
  std::string_view text(int64_t offset, int64_t count) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + offset, static_cast<size_t>(count)};
  }

  [[noreturn]] void fail(int64_t offset, std::string_view problem) const { throw FormatError(path_, offset, problem); }

 private:
  const std::string& path_;
  std::span<const std::byte> bytes_;
};

// Counts bytes and computes their CRC-32.
class CheckingSink final : public storage::ByteSink {
 public:
  void write(std::span<const std::byte> bytes) override {
    num_bytes_ += std::ssize(bytes);
    if (bytes.empty()) return;  // a null pointer would start anew
    crc_ = ::crc32_z(crc_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  }
  int64_t num_bytes() const { return num_bytes_; }
  uint32_t crc() const { return static_cast<uint32_t>(crc_); }

 private:
  uLong crc_ = 0;
  int64_t num_bytes_ = 0;
};

struct Directory {
  int64_t offset;
  int64_t size_bytes;
  int64_t num_records;
};

// The end record is the last thing in the file, but for a comment whose length it tells.
int64_t find_end(const Reader& file) {
  const int64_t lowest = std::max<int64_t>(0, file.size() - kEndBytes - kMaxCommentBytes);
  for (int64_t offset = file.size() - kEndBytes; offset >= lowest; --offset) {
    const bool is_end =
        file.at<uint32_t>(offset) == kEnd && file.at<uint16_t>(offset + 20) == file.size() - kEndBytes - offset;
    if (is_end) return offset;
  }
  file.fail(file.size(), "the zip archive has no end record: truncated copy? copy it again");
}

Directory find_directory(const Reader& file) {
  const int64_t end = find_end(file);
  Directory directory = {file.at<uint32_t>(end + 16), file.at<uint32_t>(end + 12), file.at<uint16_t>(end + 10)};
  int64_t directory_limit = end;
  const int64_t locator = end - kZip64LocatorBytes;
  if (locator >= 0 && file.at<uint32_t>(locator) == kZip64Locator) {
    const auto zip64_end = file.at<uint64_t>(locator + 8);
    if (locator < kZip64EndBytes || zip64_end > static_cast<uint64_t>(locator - kZip64EndBytes) ||
        file.at<uint32_t>(static_cast<int64_t>(zip64_end)) != kZip64End) {
      file.fail(locator, "the zip archive's zip64 locator points to no end record: a damaged copy");
    }
    directory_limit = static_cast<int64_t>(zip64_end);
    const auto num_records = file.at<uint64_t>(directory_limit + 32);
    const auto size = file.at<uint64_t>(directory_limit + 40), offset = file.at<uint64_t>(directory_limit + 48);
    const auto limit = static_cast<uint64_t>(directory_limit);
    if (num_records > limit || size > limit || offset > limit) {
      file.fail(directory_limit, "the zip archive's directory lies outside of the file: a damaged copy");
    }
    directory = {static_cast<int64_t>(offset), static_cast<int64_t>(size), static_cast<int64_t>(num_records)};
  }
  const bool is_inside = directory.offset <= directory_limit &&
                         directory.size_bytes <= directory_limit - directory.offset &&
                         directory.num_records <= directory.size_bytes / kDirectoryEntryBytes;
  if (!is_inside) file.fail(end, "the zip archive's directory lies outside of the file: a damaged copy");
  return directory;
}

// The zip64 values among the extra fields, which stand in a fixed order, each only where its 32-bit field is full.
class Zip64Values {
 public:
  Zip64Values(const Reader& file, int64_t offset, int64_t size) : file_(file), start_(offset) {
    int64_t end = offset + size;
    while (end - offset >= 4) {
      const int64_t length = file.at<uint16_t>(offset + 2);
      if (length > end - offset - 4) return;
      if (file.at<uint16_t>(offset) == kZip64Field) {
        next_ = offset + 4;
        end_ = next_ + length;
        return;
      }
      offset += 4 + length;
    }
  }

  int64_t value_of(uint32_t field) {
    if (field != kInZip64) return field;
    if (end_ - next_ < 8) file_.fail(start_, "a zip record lacks its zip64 sizes: a damaged copy");
    const auto value = file_.at<uint64_t>(next_);
    next_ += 8;
    if (value > static_cast<uint64_t>(file_.size())) file_.fail(start_, "a zip record is larger than the file");
    return static_cast<int64_t>(value);
  }

 private:
  const Reader& file_;
  int64_t start_;
  int64_t next_ = 0;
  int64_t end_ = 0;
};

struct Extent {
  int64_t begin;
  int64_t end;
};

// Reads the directory entry at `offset`, of at most `room` bytes, and moves both past it.
ZipRecord read_record(const Reader& file, int64_t directory_offset, int64_t& offset, int64_t& room, Extent& extent) {
  if (room < kDirectoryEntryBytes || file.at<uint32_t>(offset) != kDirectoryEntry) {
    file.fail(offset, "a zip directory entry is expected here: a damaged copy");
  }
  const int64_t name_size = file.at<uint16_t>(offset + 28), extra_size = file.at<uint16_t>(offset + 30);
  const int64_t entry_size = kDirectoryEntryBytes + name_size + extra_size + file.at<uint16_t>(offset + 32);
  if (entry_size > room) file.fail(offset, "a zip directory entry goes beyond the directory: a damaged copy");
  ZipRecord record;
  record.name = file.text(offset + kDirectoryEntryBytes, name_size);
  record.crc = file.at<uint32_t>(offset + 16);
  const auto fail = [&](std::string_view problem) {
    file.fail(offset, fmt::format("zip record '{}' {}", printable(record.name), problem));
  };
  if ((file.at<uint16_t>(offset + 8) & kEncrypted) != 0) fail("is encrypted: save the model again without encryption");
  if (const auto method = file.at<uint16_t>(offset + 10); method != 0) {
    fail(
        fmt::format("is compressed (method {}), expected as torch.save writes it: unpack, and zip it with -0", method));
  }
  Zip64Values zip64(file, offset + kDirectoryEntryBytes + name_size, extra_size);
  const int64_t unpacked_size = zip64.value_of(file.at<uint32_t>(offset + 24));
  record.size_bytes = zip64.value_of(file.at<uint32_t>(offset + 20));
  const int64_t header = zip64.value_of(file.at<uint32_t>(offset + 42));
  if (unpacked_size != record.size_bytes) fail("has two different sizes: a damaged copy");

  if (header > directory_offset - kLocalHeaderBytes || file.at<uint32_t>(header) != kLocalHeader) {
    fail(fmt::format("has no header at byte {}, where the directory says: a damaged copy", header));
  }
  const int64_t local_name_size = file.at<uint16_t>(header + 26);
  const int64_t header_size = kLocalHeaderBytes + local_name_size + file.at<uint16_t>(header + 28);
  const int64_t space = directory_offset - header;
  if (header_size > space || record.size_bytes > space - header_size) {
    fail(fmt::format("has {} bytes, which go beyond the directory: a damaged copy", record.size_bytes));
  }
  if (file.text(header + kLocalHeaderBytes, local_name_size) != record.name) fail("has another name in its own header");
  record.offset = header + header_size;
  extent = {header, record.offset + record.size_bytes};
  offset += entry_size;
  room -= entry_size;
  return record;
}

template <class T>
void append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

std::vector<ZipRecord> read_zip_directory(const std::string& path, std::span<const std::byte> bytes) {
  const Reader file(path, bytes);
  if (!file.has(0, kEndBytes)) {
    file.fail(file.size(), "the zip archive has no end record: truncated copy? copy it again");
  }
  const Directory directory = find_directory(file);
  std::vector<ZipRecord> records;
  std::vector<Extent> extents;
  std::set<std::string_view> names;
  int64_t offset = directory.offset, room = directory.size_bytes;
  records.reserve(static_cast<size_t>(directory.num_records));
  for (int64_t i = 0; i < directory.num_records; ++i) {
    const int64_t entry_offset = offset;
    records.push_back(read_record(file, directory.offset, offset, room, extents.emplace_back()));
    if (!names.insert(records.back().name).second) {
      file.fail(entry_offset, fmt::format("zip record '{}' comes twice", printable(records.back().name)));
    }
  }
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  for (size_t i = 1; i < extents.size(); ++i) {
    if (extents[i].begin < extents[i - 1].end) file.fail(extents[i].begin, "two zip records overlap: not a real model");
  }
  return records;
}

void ZipWriter::put(std::string_view bytes) {
  sink_.write(bytes);
  position_ += std::ssize(bytes);
}

void ZipWriter::add(const std::string& name, std::span<const std::byte> content) {
  const auto* start = reinterpret_cast<const Bytef*>(content.data());
  const auto crc = content.empty() ? 0u : static_cast<uint32_t>(::crc32_z(0, start, content.size()));
  added_.push_back({name, position_, std::ssize(content), crc});
  put(local_header(added_.back()));
  assert(position_ % kAlignment == 0);
  sink_.write(content);
  position_ += std::ssize(content);
}

void ZipWriter::add(const std::string& name, int64_t size_bytes, const std::function<void(storage::ByteSink&)>& write) {
  CheckingSink check;
  write(check);
  assert(check.num_bytes() == size_bytes);
  added_.push_back({name, position_, size_bytes, check.crc()});
  put(local_header(added_.back()));
  write(sink_);
  position_ += size_bytes;
}

std::string ZipWriter::local_header(const Added& added) const {
  const bool is_zip64 = added.size_bytes >= zip64_from_;
  const uint32_t size = is_zip64 ? kInZip64 : static_cast<uint32_t>(added.size_bytes);
  std::string extra;
  if (is_zip64) {
    append(extra, kZip64Field);
    append(extra, uint16_t{16});
    append(extra, added.size_bytes);
    append(extra, added.size_bytes);
  }
  const int64_t used = position_ + kLocalHeaderBytes + std::ssize(added.name) + std::ssize(extra) + 4;
  const auto padding = static_cast<uint16_t>(-used & (kAlignment - 1));
  append(extra, kPaddingField);
  append(extra, padding);
  extra.append(padding, '\0');

  std::string header;
  append(header, kLocalHeader);
  append(header, kVersion);
  append(header, kNameIsUtf8);
  append(header, uint16_t{0});  // stored
  append(header, uint16_t{0});  // midnight
  append(header, kFirstOfJanuary1980);
  append(header, added.crc);
  append(header, size);
  append(header, size);
  append(header, static_cast<uint16_t>(added.name.size()));
  append(header, static_cast<uint16_t>(extra.size()));
  return header + added.name + extra;
}

std::string ZipWriter::directory_entry(const Added& added) const {
  std::string zip64;
  const auto field = [&](int64_t value) {
    if (value < zip64_from_) return static_cast<uint32_t>(value);
    append(zip64, value);
    return kInZip64;
  };
  const uint32_t unpacked_size = field(added.size_bytes), size = field(added.size_bytes);
  const uint32_t header_offset = field(added.header_offset);
  std::string extra;
  if (!zip64.empty()) {
    append(extra, kZip64Field);
    append(extra, static_cast<uint16_t>(zip64.size()));
    extra += zip64;
  }
  std::string entry;
  append(entry, kDirectoryEntry);
  append(entry, kVersion);  // made by
  append(entry, kVersion);  // needed
  append(entry, kNameIsUtf8);
  append(entry, uint16_t{0});  // stored
  append(entry, uint16_t{0});
  append(entry, kFirstOfJanuary1980);
  append(entry, added.crc);
  append(entry, size);
  append(entry, unpacked_size);
  append(entry, static_cast<uint16_t>(added.name.size()));
  append(entry, static_cast<uint16_t>(extra.size()));
  append(entry, uint16_t{0});  // no comment
  append(entry, uint16_t{0});  // the first and only disk
  append(entry, uint16_t{0});
  append(entry, uint32_t{0});
  append(entry, header_offset);
  return entry + added.name + extra;
}

void ZipWriter::finish() {
  const int64_t directory = position_;
  for (const Added& added : added_) put(directory_entry(added));
  const int64_t size = position_ - directory, count = std::ssize(added_);
  const bool is_zip64 = directory >= zip64_from_ || size >= zip64_from_ || count >= kCountInZip64;
  std::string end;
  if (is_zip64) {
    append(end, kZip64End);
    append(end, int64_t{kZip64EndBytes - 12});  // what follows this number
    append(end, kVersion);
    append(end, kVersion);
    append(end, uint32_t{0});
    append(end, uint32_t{0});
    append(end, count);
    append(end, count);
    append(end, size);
    append(end, directory);
    append(end, kZip64Locator);
    append(end, uint32_t{0});
    append(end, position_);
    append(end, uint32_t{1});  // the number of disks
  }
  append(end, kEnd);
  append(end, uint16_t{0});
  append(end, uint16_t{0});
  const auto short_count = is_zip64 ? kCountInZip64 : static_cast<uint16_t>(count);
  append(end, short_count);
  append(end, short_count);
  append(end, is_zip64 ? kInZip64 : static_cast<uint32_t>(size));
  append(end, is_zip64 ? kInZip64 : static_cast<uint32_t>(directory));
  append(end, uint16_t{0});  // no comment
  put(end);
}

}  // namespace slm::formats

#include "slm/storage/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "slm/core/error.h"
#include "slm/storage/libarchive_input.h"

namespace slm::storage {
namespace {

using namespace std::string_view_literals;

constexpr size_t kTarBlockBytes = 512;

// Old tars have no magic, but every header has the sum of its bytes, with the field of the sum itself as spaces.
bool has_tar_checksum(std::string_view block) {
  constexpr size_t kSumBegin = 148, kSumEnd = 156;
  unsigned sum = 0, stored = 0;
  for (size_t i = 0; i < kTarBlockBytes; ++i) {
    sum += i >= kSumBegin && i < kSumEnd ? ' ' : static_cast<unsigned char>(block[i]);
  }
  size_t i = kSumBegin;
  while (i < kSumEnd && block[i] == ' ') ++i;
  const size_t first = i;
  for (; i < kSumEnd && block[i] >= '0' && block[i] <= '7'; ++i)
    stored = stored * 8 + static_cast<unsigned>(block[i] - '0');
  return i > first && sum == stored;
}

bool leads_outside(std::string_view path) {
  if (path.starts_with('/')) return true;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (path.substr(0, slash) == "..") return true;
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return false;
}

}  // namespace

struct ArchiveReader::State {
  State(std::unique_ptr<ByteSource> source, ExpansionLimit expansion)
      : input(std::move(source)), limit(std::move(expansion)) {}

  LibarchiveInput input;
  ExpansionLimit limit;
};

class ArchiveReader::Member : public ByteSource {
 public:
  Member(State& state, std::string name) : state_(state), name_(std::move(name)) {}

  size_t read(std::span<std::byte> into) override {
    const size_t got = state_.input.read(into, name_);
    state_.limit.add(got, name_);
    return got;
  }
  const std::string& name() const override { return name_; }

 private:
  State& state_;
  std::string name_;
};

ArchiveKind archive_kind_of(std::string_view beginning) {
  if (beginning.starts_with("PK\3\4"sv) || beginning.starts_with("PK\5\6"sv)) return ArchiveKind::kZip;
  if (beginning.size() < kTarBlockBytes) return ArchiveKind::kNone;
  return has_tar_checksum(beginning.substr(0, kTarBlockBytes)) ? ArchiveKind::kTar : ArchiveKind::kNone;
}

ArchiveReader::ArchiveReader(std::unique_ptr<ByteSource> source, ArchiveKind kind, ExpansionLimit limit) {
  const bool can_seek = kind == ArchiveKind::kZip && source->size_bytes() && source->seek(0);
  state_ = std::make_unique<State>(std::move(source), std::move(limit));
  archive* const reader = state_->input.get();
  if (kind == ArchiveKind::kTar) archive_read_support_format_tar(reader);
  if (kind == ArchiveKind::kZip && can_seek) archive_read_support_format_zip_seekable(reader);
  if (kind == ArchiveKind::kZip && !can_seek) archive_read_support_format_zip_streamable(reader);
  state_->input.open(can_seek);
}

ArchiveReader::~ArchiveReader() = default;

const std::string& ArchiveReader::name() const { return state_->input.name(); }

const ExpansionLimit& ArchiveReader::limit() const { return state_->limit; }

bool ArchiveReader::is_broken() const { return state_->input.is_broken(); }

std::optional<ArchiveReader::Entry> ArchiveReader::next() {
  archive_entry* entry = nullptr;
  while (state_->input.check(archive_read_next_header(state_->input.get(), &entry), name())) {
    if (archive_entry_filetype(entry) != S_IFREG || archive_entry_hardlink(entry) != nullptr) continue;
    const char* path = archive_entry_pathname_utf8(entry);
    if (path == nullptr) path = archive_entry_pathname(entry);
    if (path == nullptr) continue;
    if (leads_outside(path)) {
      throw FormatError(name(), FormatError::kNoOffset,
                        fmt::format("'{}' leads out of the archive: refused; pack it again without such paths", path));
    }
    Entry next{.path = path, .size_bytes = {}};
    if (archive_entry_size_is_set(entry) != 0) next.size_bytes = std::max<int64_t>(archive_entry_size(entry), 0);
    return next;
  }
  return std::nullopt;
}

std::unique_ptr<ByteSource> ArchiveReader::open(std::string name) {
  return std::make_unique<Member>(*state_, std::move(name));
}

}  // namespace slm::storage

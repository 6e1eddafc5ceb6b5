#include "slm/cli/held_tokens.h"

#include <algorithm>

#include "slm/storage/spooled_source.h"

namespace slm::cli {
namespace {

constexpr size_t kMaxInMemory = size_t{1} << 20;
constexpr size_t kBlock = size_t{1} << 16;

template <typename T>
void write(std::optional<storage::NamelessFile>& file, const std::vector<T>& values, size_t place) {
  if (values.empty()) return;
  if (!file) file.emplace(storage::spool_folder({}), "the tokens of a text");
  file->write(std::as_bytes(std::span(values)), static_cast<int64_t>(place * sizeof(T)));
}

template <typename T>
void read(const std::optional<storage::NamelessFile>& file, size_t place, size_t count, std::vector<T>& values) {
  if (!file) return;
  values.resize(count);
  file->read(std::as_writable_bytes(std::span(values)), static_cast<int64_t>(place * sizeof(T)));
}

template <typename T>
void forget(std::optional<storage::NamelessFile>& file, size_t begin, size_t end) {
  if (file && begin < end)
    file->forget(static_cast<int64_t>(begin * sizeof(T)), static_cast<int64_t>((end - begin) * sizeof(T)));
}

template <typename T>
void drop_front(std::vector<T>& values, size_t count) {
  if (!values.empty()) values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

void HeldTokens::add(std::span<const int32_t> ids, std::span<const text::TokenOffsets> offsets) {
  ids_.insert(ids_.end(), ids.begin(), ids.end());
  offsets_.insert(offsets_.end(), offsets.begin(), offsets.end());
  if (ids_.size() >= kMaxInMemory) move_to_files();
}

void HeldTokens::keep_last(size_t count) {
  first_ += size() - std::min(size(), count);
  const size_t num_gone = std::min(first_, num_in_files_);
  if (num_gone - num_returned_ < kMaxInMemory) return;
  forget<int32_t>(id_file_, num_returned_, num_gone);
  forget<text::TokenOffsets>(offset_file_, num_returned_, num_gone);
  num_returned_ = num_gone;
}

text::TokenOffsets HeldTokens::first_offsets() const {
  if (first_ >= num_in_files_) return offsets_[first_ - num_in_files_];
  std::vector<text::TokenOffsets> first;
  read(offset_file_, first_, 1, first);
  return first[0];
}

void HeldTokens::move_to_files() {
  // What is forgotten need not be written, where that is worth moving the rest.
  const size_t num_gone = first_ - std::min(first_, num_in_files_);
  if (num_gone >= kMaxInMemory / 4) {
    drop_front(ids_, num_gone);
    drop_front(offsets_, num_gone);
    first_ -= num_gone;
    return;
  }
  write(id_file_, ids_, num_in_files_);
  write(offset_file_, offsets_, num_in_files_);
  num_in_files_ += ids_.size();
  ids_.clear();
  offsets_.clear();
}

void HeldTokens::give(const Give& give) const {
  std::vector<int32_t> ids;
  std::vector<text::TokenOffsets> offsets;
  for (size_t at = first_; at < num_in_files_; at += ids.size()) {
    const size_t count = std::min(kBlock, num_in_files_ - at);
    read(id_file_, at, count, ids);
    read(offset_file_, at, count, offsets);
    give(ids, offsets);
  }
  const size_t begin = first_ - std::min(first_, num_in_files_);
  if (begin == ids_.size()) return;
  give(std::span(ids_).subspan(begin), offsets_.empty() ? std::span(offsets_) : std::span(offsets_).subspan(begin));
}

void HeldTokens::clear() {
  forget<int32_t>(id_file_, 0, num_in_files_);
  forget<text::TokenOffsets>(offset_file_, 0, num_in_files_);
  first_ = num_in_files_ = num_returned_ = 0;
  ids_.clear();
  offsets_.clear();
}

}  // namespace slm::cli

#include "slm/storage/folder_names.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"

namespace slm::storage {
namespace {

constexpr size_t kBytesPerName = sizeof(std::string) + 16;  // on top of its characters

}  // namespace

FolderNames::FolderNames(std::string folder, size_t max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) {
  list();
}

std::optional<std::string> FolderNames::next() {
  if (next_ == names_.size() && has_more_) list();
  if (next_ == names_.size()) return std::nullopt;
  return names_[next_++];
}

// The smallest names behind the last one that was given.
void FolderNames::list() {
  has_more_ = false;
  const bool is_first = names_.empty();
  const std::string last = is_first ? std::string() : std::move(names_.back());
  names_.clear();
  next_ = 0;
  size_t num_bytes = 0;
  std::error_code error;
  std::filesystem::directory_iterator iterator(local_path(folder_), error);
  if (error) throw_io_error(folder_, "cannot list the folder", error.value());
  for (; iterator != std::filesystem::directory_iterator(); iterator.increment(error)) {
    std::string name = iterator->path().filename().string();
    if ((is_first || name > last) && !(has_more_ && name > names_.front())) {
      num_bytes += name.size() + kBytesPerName;
      names_.push_back(std::move(name));
    }
    if (num_bytes > max_bytes_ && names_.size() > 1) {
      // The smaller half stays, and the largest of it in front, as the bound for what comes.
      const auto middle = names_.begin() + std::ssize(names_) / 2;
      std::nth_element(names_.begin(), middle, names_.end());
      names_.erase(middle, names_.end());
      std::iter_swap(names_.begin(), std::max_element(names_.begin(), names_.end()));
      num_bytes = 0;
      for (const std::string& kept : names_) num_bytes += kept.size() + kBytesPerName;
      has_more_ = true;
    }
  }
  if (error) throw_io_error(folder_, "cannot list the folder", error.value());
  std::sort(names_.begin(), names_.end());
}

}  // namespace slm::storage

#include "slm/cli/spooled_text.h"

#include <algorithm>

#include "slm/storage/spooled_source.h"

namespace slm::cli {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;

}  // namespace

void SpooledText::write(std::span<const std::byte> bytes) {
  end_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (end_.size() < kBlockBytes) return;
  if (!file_) file_.emplace(storage::spool_folder({}), purpose_);
  file_->write(std::as_bytes(std::span(end_)), file_size_);
  file_size_ += static_cast<int64_t>(end_.size());
  end_.clear();
}

void SpooledText::copy_to(storage::ByteSink& out) const {
  std::string block;
  for (int64_t at = 0; at < file_size_; at += static_cast<int64_t>(block.size())) {
    block.resize(std::min(kBlockBytes, static_cast<size_t>(file_size_ - at)));
    file_->read(std::as_writable_bytes(std::span(block)), at);
    out.write(block);
  }
  out.write(end_);
}

}  // namespace slm::cli

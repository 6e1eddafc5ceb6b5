#include "slm/storage/peeked_source.h"

#include <algorithm>

namespace slm::storage {

PeekedSource::PeekedSource(std::unique_ptr<ByteSource> source, size_t count)
    : source_(std::move(source)), ahead_(count) {
  ahead_.resize(read_fully(*source_, ahead_));
}

size_t PeekedSource::read(std::span<std::byte> into) {
  if (num_delivered_ == ahead_.size()) return source_->read(into);
  const size_t count = std::min(into.size(), ahead_.size() - num_delivered_);
  std::copy_n(ahead_.begin() + static_cast<std::ptrdiff_t>(num_delivered_), count, into.begin());
  num_delivered_ += count;
  return count;
}

bool PeekedSource::seek(int64_t position) {
  if (!source_->seek(position)) return false;
  num_delivered_ = ahead_.size();
  return true;
}

}  // namespace slm::storage

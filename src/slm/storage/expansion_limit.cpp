#include "slm/storage/expansion_limit.h"

#include <fmt/format.h>

#include "slm/core/error.h"

namespace slm::storage {
namespace {

constexpr int64_t kMaxRatio = 300;
constexpr int64_t kAlwaysAllowedBytes = int64_t{64} << 20;

class CountedSource : public ByteSource {
 public:
  CountedSource(std::unique_ptr<ByteSource> source, std::shared_ptr<StoredBytes> stored, std::atomic<int64_t>* total)
      : source_(std::move(source)), stored_(std::move(stored)), total_(total) {}

  size_t read(std::span<std::byte> into) override {
    const size_t got = source_->read(into);
    stored_->num_read += static_cast<int64_t>(got);
    if (total_ != nullptr) total_->fetch_add(static_cast<int64_t>(got), std::memory_order_relaxed);
    return got;
  }
  const std::string& name() const override { return source_->name(); }
  std::optional<int64_t> size_bytes() const override { return source_->size_bytes(); }
  bool seek(int64_t position) override { return source_->seek(position); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::shared_ptr<StoredBytes> stored_;
  std::atomic<int64_t>* total_;
};

}  // namespace

std::unique_ptr<ByteSource> counted_source(std::unique_ptr<ByteSource> source, std::shared_ptr<StoredBytes> stored,
                                           std::atomic<int64_t>* total) {
  return std::make_unique<CountedSource>(std::move(source), std::move(stored), total);
}

void ExpansionLimit::add(size_t num_unpacked, const std::string& name) {
  num_unpacked_ += static_cast<int64_t>(num_unpacked);
  if (num_unpacked_ <= kAlwaysAllowedBytes || num_unpacked_ / kMaxRatio <= stored_->num_read) return;
  throw FormatError(name, FormatError::kNoOffset,
                    fmt::format("unpacks to more than {} times its size: a decompression bomb? Unpack it yourself if "
                                "you trust it",
                                kMaxRatio));
}

}  // namespace slm::storage

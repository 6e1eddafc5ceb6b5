#include "slm/storage/expansion_limit.h"

#include <fmt/format.h>

#include "slm/core/error.h"

namespace slm::storage {
namespace {

constexpr int64_t kMaxRatio = 300;
constexpr int64_t kAlwaysAllowedBytes = int64_t{64} << 20;

class CountedSource : public ByteSource {
 public:
  CountedSource(std::unique_ptr<ByteSource> source, ExpansionLimit limit, std::atomic<int64_t>* total)
      : source_(std::move(source)), limit_(std::move(limit)), total_(total) {}

  size_t read(std::span<std::byte> into) override {
    const size_t got = source_->read(into);
    limit_.add_stored(got);
    if (total_ != nullptr) total_->fetch_add(static_cast<int64_t>(got), std::memory_order_relaxed);
    return got;
  }
  const std::string& name() const override { return source_->name(); }
  std::optional<int64_t> size_bytes() const override { return source_->size_bytes(); }
  bool seek(int64_t position) override { return source_->seek(position); }

 private:
  std::unique_ptr<ByteSource> source_;
  ExpansionLimit limit_;
  std::atomic<int64_t>* total_;
};

}  // namespace

std::unique_ptr<ByteSource> counted_source(std::unique_ptr<ByteSource> source, ExpansionLimit limit,
                                           std::atomic<int64_t>* total) {
  return std::make_unique<CountedSource>(std::move(source), std::move(limit), total);
}

ExpansionLimit ExpansionLimit::inner() const {
  ExpansionLimit inside = *this;
  ++inside.layer_;
  return inside;
}

void ExpansionLimit::add(size_t num_unpacked, const std::string& name) {
  std::vector<int64_t>& of_layers = counts_->num_unpacked;
  if (of_layers.size() <= layer_) of_layers.resize(layer_ + 1);
  const int64_t sum = of_layers[layer_] += static_cast<int64_t>(num_unpacked);
  if (sum <= kAlwaysAllowedBytes || sum / kMaxRatio <= counts_->num_stored) return;
  throw FormatError(name, FormatError::kNoOffset,
                    fmt::format("unpacks to more than {} times its size: a decompression bomb? Unpack it yourself if "
                                "you trust it",
                                kMaxRatio));
}

}  // namespace slm::storage

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "slm/storage/byte_source.h"

namespace slm::storage {

// A source whose beginning can be looked at before it is read.
class PeekedSource : public ByteSource {
 public:
  // Reads up to `count` bytes ahead; fewer where the source is shorter.
  PeekedSource(std::unique_ptr<ByteSource> source, size_t count);

  std::string_view beginning() const { return {reinterpret_cast<const char*>(ahead_.data()), ahead_.size()}; }

  size_t read(std::span<std::byte> into) override;
  const std::string& name() const override { return source_->name(); }
  std::optional<int64_t> size_bytes() const override { return source_->size_bytes(); }
  bool seek(int64_t position) override;

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<std::byte> ahead_;
  size_t num_delivered_ = 0;  // of ahead_
};

}  // namespace slm::storage

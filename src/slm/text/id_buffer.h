#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace slm::text {

// Gathers ids where no word has to ask whether there is room, and hands them on to a vector in large steps.
class IdBuffer {
 public:
  explicit IdBuffer(std::vector<int32_t>& ids) : ids_(ids) {}
  ~IdBuffer() { flush(); }
  IdBuffer(const IdBuffer&) = delete;
  IdBuffer& operator=(const IdBuffer&) = delete;

  // Where up to kRoom ids may be written; added() then says how many were.
  static constexpr size_t kRoom = 256;
  int32_t* end() {
    if (size_ > kSize) flush();
    return buffer_.data() + size_;
  }
  void added(size_t num_ids) { size_ += num_ids; }

  // The vector with all ids so far, for who has more to add.
  std::vector<int32_t>& flushed() {
    flush();
    return ids_;
  }

 private:
  static constexpr size_t kSize = 2048;

  void flush() {
    ids_.insert(ids_.end(), buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ = 0;
  }

  std::vector<int32_t>& ids_;
  size_t size_ = 0;
  std::array<int32_t, kSize + kRoom> buffer_;  // not initialized: only what was added is read
};

}  // namespace slm::text

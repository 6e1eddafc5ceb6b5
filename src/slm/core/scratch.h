#pragma once

#include <cstdint>
#include <span>

#include "slm/core/allocator.h"

namespace slm {

// Uninitialised working memory of one call, from the caching allocator.
template <class T>
class Scratch {
 public:
  explicit Scratch(int64_t count)
      : count_(count), data_(static_cast<T*>(host_allocator().allocate(count * static_cast<int64_t>(sizeof(T))))) {}
  ~Scratch() { host_allocator().deallocate(data_, count_ * static_cast<int64_t>(sizeof(T))); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() const { return data_; }
  T& operator[](int64_t i) const { return data_[i]; }
  std::span<T> span() const { return {data_, static_cast<size_t>(count_)}; }

 private:
  int64_t count_;
  T* data_;
};

}  // namespace slm

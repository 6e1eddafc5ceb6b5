#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

namespace slm::text {

// A table of fixed size that begins as zeros, for look-ups all over it: on pages of 2 MB where the system has some, so
// that finding an entry's page does not take longer than reading it. Memory is taken when it is first touched.
template <typename T>
class ZeroedTable {
 public:
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

  ZeroedTable() = default;
  explicit ZeroedTable(size_t size) : size_(size) {
    constexpr size_t kPage = size_t{2} << 20;
    const size_t num_bytes = size * sizeof(T) + kPage;
    void* const memory = mmap(nullptr, num_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    memory_ = {memory, Unmap{num_bytes}};
    void* aligned = memory;
    size_t room = num_bytes;
    std::align(kPage, size * sizeof(T), aligned, room);
#ifdef MADV_HUGEPAGE
    madvise(aligned, size * sizeof(T), MADV_HUGEPAGE);  // a wish: smaller pages work, too
#endif
    entries_ = static_cast<T*>(aligned);
  }

  size_t size() const { return size_; }
  T& operator[](size_t i) { return entries_[i]; }
  const T& operator[](size_t i) const { return entries_[i]; }
  T* begin() { return entries_; }
  T* end() { return entries_ + size_; }
  const T* begin() const { return entries_; }
  const T* end() const { return entries_ + size_; }

 private:
  struct Unmap {
    size_t num_bytes = 0;
    void operator()(void* memory) const { munmap(memory, num_bytes); }
  };
  std::unique_ptr<void, Unmap> memory_;
  T* entries_ = nullptr;
  size_t size_ = 0;
};

}  // namespace slm::text

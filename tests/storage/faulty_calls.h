#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>

#include "slm/storage/system_calls.h"

namespace slm::test {

// A disk with room for `room` bytes: the write that crosses the end is short, the next fails with `error_number`.
class FullDisk : public storage::SystemCalls {
 public:
  explicit FullDisk(int64_t room, int error_number = ENOSPC) : room_(room), error_number_(error_number) {}

  ssize_t write(int file, const void* bytes, size_t size) override {
    if (room_ == 0 && size > 0) {
      errno = error_number_;
      return -1;
    }
    const ssize_t written = SystemCalls::write(file, bytes, std::min(size, static_cast<size_t>(room_)));
    if (written > 0) room_ -= written;
    return written;
  }

 private:
  int64_t room_;
  int error_number_;
};

// The `index`-th of all calls (from 0) fails with `error_number`, and does nothing.
class FailingCall : public storage::SystemCalls {
 public:
  explicit FailingCall(int64_t index, int error_number = EIO) : index_(index), error_number_(error_number) {}

  bool has_failed() const { return has_failed_; }

  int open(const std::string& path, int flags, mode_t mode) override {
    return fails() ? -1 : SystemCalls::open(path, flags, mode);
  }
  ssize_t write(int file, const void* bytes, size_t size) override {
    return fails() ? -1 : SystemCalls::write(file, bytes, size);
  }
  int fsync(int file) override { return fails() ? -1 : SystemCalls::fsync(file); }
  int close(int file) override {
    const int result = SystemCalls::close(file);  // a failed close has closed all the same
    return fails() ? -1 : result;
  }
  int truncate(int file, int64_t size) override { return fails() ? -1 : SystemCalls::truncate(file, size); }
  int mkdir(const std::string& path) override { return fails() ? -1 : SystemCalls::mkdir(path); }
  int rename(const std::string& from, const std::string& to) override {
    return fails() ? -1 : SystemCalls::rename(from, to);
  }
  int exchange(const std::string& a, const std::string& b) override {
    return fails() ? -1 : SystemCalls::exchange(a, b);
  }

 private:
  bool fails() {
    if (index_-- != 0) return false;
    has_failed_ = true;
    errno = error_number_;
    return true;
  }

  int64_t index_;
  int error_number_;
  bool has_failed_ = false;
};

}  // namespace slm::test

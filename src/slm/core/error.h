#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace slm {

// What a user can cause. what() is one line: where, what is wrong (got X, expected Y), what to do about it.
// Mistakes that only a programmer can make are asserts instead.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The command line, or a configuration, is wrong on its own: no file had to be read to know it.
class UsageError : public Error {
 public:
  using Error::Error;
};

// Tensors whose shapes or dtypes do not fit together.
class ShapeError : public Error {
 public:
  using Error::Error;
};

// A file whose content is not what its format demands. `offset` is the byte at which reading failed, or kNoOffset.
class FormatError : public Error {
 public:
  static constexpr int64_t kNoOffset = -1;

  // what() becomes "<path>: <problem>", or "<path>: byte <offset>: <problem>".
  FormatError(std::string_view path, int64_t offset, std::string_view problem);

  const std::string& path() const { return path_; }
  int64_t offset() const { return offset_; }

 private:
  std::string path_;
  int64_t offset_;
};

// The system refused an operation on a file. `error_number` is an errno value.
class IoError : public Error {
 public:
  // what() becomes "<path>: <action>: <text of error_number>[; <advice>]".
  IoError(std::string_view path, std::string_view action, int error_number, std::string_view advice = {});

  const std::string& path() const { return path_; }
  int error_number() const { return error_number_; }

 private:
  std::string path_;
  int error_number_;
};

// Not enough memory for what was asked.
class MemoryError : public Error {
 public:
  using Error::Error;
};

// A value that is not a number, or infinite, where training needs a finite one.
class NumericError : public Error {
 public:
  // what() becomes "[<op>] <problem> in '<parameter>' at step <step>[; <advice>]". `parameter` may be empty where no
  // single parameter is at fault.
  NumericError(std::string_view op, std::string_view parameter, int64_t step, std::string_view problem,
               std::string_view advice = {});

  const std::string& op() const { return op_; }
  const std::string& parameter() const { return parameter_; }
  int64_t step() const { return step_; }

 private:
  std::string op_;
  std::string parameter_;
  int64_t step_;
};

}  // namespace slm

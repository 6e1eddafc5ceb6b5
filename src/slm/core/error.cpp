#include "slm/core/error.h"

#include <fmt/format.h>

#include <system_error>

namespace slm {
namespace {

std::string format_problem(std::string_view path, int64_t offset, std::string_view problem) {
  if (offset == FormatError::kNoOffset) return fmt::format("{}: {}", path, problem);
  return fmt::format("{}: byte {}: {}", path, offset, problem);
}

std::string io_problem(std::string_view path, std::string_view action, int error_number, std::string_view advice) {
  const std::string reason = std::generic_category().message(error_number);
  return fmt::format("{}: {}: {}{}{}", path, action, reason, advice.empty() ? "" : "; ", advice);
}

std::string numeric_problem(std::string_view op, std::string_view parameter, int64_t step, std::string_view problem,
                            std::string_view advice) {
  const std::string place = parameter.empty() ? "" : fmt::format(" in '{}'", parameter);
  return fmt::format("[{}] {}{} at step {}{}{}", op, problem, place, step, advice.empty() ? "" : "; ", advice);
}

}  // namespace

FormatError::FormatError(std::string_view path, int64_t offset, std::string_view problem)
    : Error(format_problem(path, offset, problem)), path_(path), offset_(offset) {}

IoError::IoError(std::string_view path, std::string_view action, int error_number, std::string_view advice)
    : Error(io_problem(path, action, error_number, advice)), path_(path), error_number_(error_number) {}

NumericError::NumericError(std::string_view op, std::string_view parameter, int64_t step, std::string_view problem,
                           std::string_view advice)
    : Error(numeric_problem(op, parameter, step, problem, advice)), op_(op), parameter_(parameter), step_(step) {}

}  // namespace slm

#include "slm/core/quantities.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace slm {
namespace {

// A number with three digits and the largest of the units, 1000 apart, that it reaches.
template <size_t N>
std::string in_units(double number, const std::array<const char*, N>& units) {
  size_t unit = 0;
  while (number >= 999.5 && unit + 1 < N) {
    number /= 1000;
    ++unit;
  }
  const bool is_whole = unit == 0 || number >= 99.95;
  return is_whole ? fmt::format("{:.0f}{}", number, units[unit]) : fmt::format("{:.1f}{}", number, units[unit]);
}

}  // namespace

std::string with_thousands(int64_t number) {
  std::string digits = fmt::to_string(number);
  const auto first = static_cast<std::ptrdiff_t>(number < 0 ? 1 : 0);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3) {
    digits.insert(digits.begin() + at, ',');
  }
  return digits;
}

std::string format_bytes(int64_t bytes) {
  return in_units(static_cast<double>(bytes), std::array{" B", " kB", " MB", " GB", " TB"});
}

std::string format_count(int64_t count) { return in_units(static_cast<double>(count), std::array{"", "k", "M", "B"}); }

std::string counted(int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", with_thousands(count), noun, count == 1 ? "" : "s");
}

}  // namespace slm

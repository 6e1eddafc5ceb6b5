#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slm/core/philox.h"

namespace slm::data {

// One sequence of random choices.
class StoryDice {
 public:
  explicit StoryDice(const RandomStream& stream) : stream_(stream) {}

  // Uniform in [0, count).
  size_t roll(size_t count);
  template <class List>
  const auto& pick(const List& list) {
    return list[roll(std::size(list))];
  }

 private:
  RandomStream stream_;
  PhiloxBlock block_{};
  uint64_t num_drawn_ = 0;
};

// What the names in braces of a template stand for. A value is a template itself.
class StorySlots {
 public:
  void set(std::string_view name, std::string value) { slots_.emplace_back(name, std::move(value)); }
  const std::string& get(std::string_view name) const;  // the one set last; it must exist

 private:
  std::vector<std::pair<std::string_view, std::string>> slots_;
};

// Writes out a template:
//   [one|two|three]   one of them, each as likely as the others; may be nested and may be empty
//   {name}            the value of a slot; {Name} the same, beginning with a capital
//   {a}, {A}          "a" or "an", as the word after it wants
std::string fill_template(std::string_view text, const StorySlots& slots, StoryDice& dice);

}  // namespace slm::data

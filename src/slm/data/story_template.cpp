#include "slm/data/story_template.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace slm::data {
namespace {

// Stands for an article until the word after it is known.
constexpr char kArticle = '\x01', kCapitalArticle = '\x02';

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

class Filler {
 public:
  Filler(const StorySlots& slots, StoryDice& dice, std::string& out) : slots_(slots), dice_(dice), out_(out) {}

  void fill(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
      if (text[at] == '[') {
        at = fill_choice(text, at);
      } else if (text[at] == '{') {
        const size_t end = text.find('}', at);
        assert(end != std::string_view::npos);
        fill_slot(text.substr(at + 1, end - at - 1));
        at = end + 1;
      } else {
        out_.push_back(text[at++]);
      }
    }
  }

 private:
  // `at` is at the opening bracket. Returns the place after the closing one.
  size_t fill_choice(std::string_view text, size_t at) {
    constexpr size_t kMaxChoices = 24;
    std::array<std::string_view, kMaxChoices> choices;
    size_t num_choices = 0, begin = at + 1;
    for (int depth = 0;; ++at) {
      assert(at < text.size());
      if (text[at] == '[') ++depth;
      const bool is_end = text[at] == ']' && --depth == 0;
      if (!is_end && !(text[at] == '|' && depth == 1)) continue;
      assert(num_choices < kMaxChoices);
      choices[num_choices++] = text.substr(begin, at - begin);
      begin = at + 1;
      if (is_end) break;
    }
    fill(choices[dice_.roll(num_choices)]);
    return begin;
  }

  void fill_slot(std::string_view name) {
    if (name == "a" || name == "A") {
      out_.push_back(name == "a" ? kArticle : kCapitalArticle);
      return;
    }
    std::string lower(name);
    lower[0] = to_lower(lower[0]);
    const size_t begin = out_.size();
    fill(slots_.get(lower));
    if (is_upper(name[0]) && begin < out_.size()) out_[begin] = to_upper(out_[begin]);
  }

  const StorySlots& slots_;
  StoryDice& dice_;
  std::string& out_;
};

}  // namespace

size_t StoryDice::roll(size_t count) {
  if (num_drawn_ % 4 == 0) block_ = stream_.block(num_drawn_ / 4);
  const uint64_t word = block_[num_drawn_++ % 4];
  return static_cast<size_t>(word * count >> 32);
}

const std::string& StorySlots::get(std::string_view name) const {
  const auto slot = std::find_if(slots_.rbegin(), slots_.rend(), [&](const auto& s) { return s.first == name; });
  assert(slot != slots_.rend());
  return slot->second;
}

std::string fill_template(std::string_view text, const StorySlots& slots, StoryDice& dice) {
  std::string raw, out;
  Filler(slots, dice, raw).fill(text);
  out.reserve(raw.size() + raw.size() / 32);
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != kArticle && raw[i] != kCapitalArticle) {
      out.push_back(raw[i]);
      continue;
    }
    const bool has_vowel =
        i + 2 < raw.size() && std::string_view("aeiouAEIOU").find(raw[i + 2]) != std::string_view::npos;
    out.push_back(raw[i] == kArticle ? 'a' : 'A');
    if (has_vowel) out.push_back('n');
  }
  return out;
}

}  // namespace slm::data

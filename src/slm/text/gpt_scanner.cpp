#include "slm/text/gpt_scanner.h"

#include "slm/text/gpt_classes.h"

namespace slm::text {
namespace {

// Bits whose lower neighbour is not set.
constexpr uint64_t run_starts(uint64_t bits) { return bits & ~(bits << 1); }

// The runs of `bits` that have a bit of `starts`, from there on. At most one bit of `starts` in each run.
constexpr uint64_t run_rests(uint64_t bits, uint64_t starts) { return bits & ~(bits + (bits & starts)); }

// The bits behind these runs.
constexpr uint64_t run_ends(uint64_t bits, uint64_t starts) { return (bits + (bits & starts)) & ~bits; }

constexpr size_t highest(uint64_t bits) { return static_cast<size_t>(63 - std::countl_zero(bits)); }

// Of 's 't 're 've 'm 'll 'd behind an apostrophe; 0 where there is none. Where case is ignored, U+017F is an s, too:
// its first byte gives kMaybe.
constexpr size_t kMaybe = 3;
template <bool kIgnoresCase>
size_t contraction_length(const char* at) {
  const auto letter = [&](size_t i) {
    return kIgnoresCase && at[i] >= 'A' && at[i] <= 'Z' ? static_cast<char>(at[i] | 0x20) : at[i];
  };
  switch (letter(0)) {
    case 's':
    case 't':
    case 'm':
    case 'd':
      return 1;
    case 'r':
    case 'v':
      return letter(1) == 'e' ? 2 : 0;
    case 'l':
      return letter(1) == 'l' ? 2 : 0;
    case '\xC5':
      return kIgnoresCase ? kMaybe : 0;
    default:
      return 0;
  }
}

// Of two bits next to each other, whether a match ends between them cannot always be told before what follows is known.
struct Starts {
  uint64_t bits;
  uint64_t certain;  // bits that are what they are
};

uint64_t certain_bits(const GptClasses& classes, size_t text_size) {
  if (classes.num_known < classes.size) return bits_below(classes.num_known);
  return text_size > ByteBlock::kSize ? bits_below(ByteBlock::kSize - 1) : ~uint64_t{0};
}

Starts gpt2_starts(std::string_view text, AsciiMasksOf ascii_masks_of) {
  const GptClasses c(text, ascii_masks_of, /*has_cases=*/false);
  const uint64_t certain = certain_bits(c, text.size());
  const uint64_t words = run_starts(c.letters) | run_starts(c.numbers) | run_starts(c.others);
  // A space before a word belongs to it; other white space before a word is a match of its own.
  uint64_t starts = (words & ~(c.plain_spaces << 1)) | (words & c.spaces << 1) >> 1 | run_starts(c.spaces);
  for (uint64_t left = c.apostrophes & starts & certain; left != 0; left &= left - 1) {
    const auto at = static_cast<size_t>(std::countr_zero(left));
    const size_t length = contraction_length<false>(text.data() + at + 1);
    if (length == 0) continue;
    starts &= ~(uint64_t{2} << at);
    if (at + 1 + length < ByteBlock::kSize) starts |= uint64_t{1} << (at + 1 + length);
  }
  return {starts, certain};
}

// Where groups of up to three digits begin.
uint64_t group_starts(uint64_t numbers) {
  const uint64_t has_three_before = numbers & numbers << 1 & numbers << 2 & numbers << 3;
  uint64_t starts = run_starts(numbers);
  for (uint64_t next = starts << 3 & has_three_before; next != 0; next = next << 3 & has_three_before) starts |= next;
  return starts;
}

// Where the first characters of runs end.
uint64_t first_character_ends(uint64_t starts, uint64_t continuations) {
  const uint64_t next = starts << 1;
  return (next & ~continuations) | run_ends(continuations, next);
}

// White space that no other match takes: up to its last line end, then all but the last character before something
// else, then that character. Where it reaches what is not known, `certain` loses it.
uint64_t space_starts(const GptClasses& c, uint64_t spaces, uint64_t line_ends, size_t text_size, uint64_t& certain) {
  if (const bool goes_on = c.num_known < text_size; goes_on && c.num_known > 0) {
    const auto last_run = static_cast<size_t>(std::countl_one(spaces << (64 - c.num_known)));
    if (last_run > 0) certain &= bits_below(c.num_known - last_run + 1);
  }
  const uint64_t blanks = spaces & ~line_ends;
  line_ends &= spaces;
  uint64_t behind_lines = line_ends << 1 & ~line_ends;
  // Blanks between two line ends: the earlier one was not the last.
  for (uint64_t left = run_ends(blanks, behind_lines) & line_ends; left != 0; left &= left - 1) {
    const uint64_t before = behind_lines & bits_below(static_cast<size_t>(std::countr_zero(left)));
    behind_lines &= ~(uint64_t{1} << highest(before));
  }
  return run_starts(spaces) | behind_lines | ((c.letters | c.numbers | c.others) >> 1 & blanks);
}

// cl100k, Llama 3 and Qwen.
Starts llama_starts(std::string_view text, AsciiMasksOf ascii_masks_of, bool has_lone_digits) {
  const GptClasses c(text, ascii_masks_of, /*has_cases=*/false);
  uint64_t certain = certain_bits(c, text.size());
  const ByteBlock block(c.bytes);
  const uint64_t line_ends = block.equal_to('\n') | block.equal_to('\r');
  const uint64_t blanks = c.spaces & ~line_ends;
  // Other characters take a space before them and line ends behind them.
  const uint64_t taken = run_rests(line_ends, c.others << 1 & ~c.others);
  const uint64_t others = run_starts(c.others) & ~(c.plain_spaces << 1);
  // A word takes one character before it, unless that belongs to more.
  const uint64_t taking = first_character_ends(others, c.others & c.continuations) | blanks << 1;
  uint64_t starts = (run_starts(c.letters) & ~taking) | others;
  starts |= has_lone_digits ? c.numbers : group_starts(c.numbers);
  starts |= space_starts(c, c.spaces & ~taken, line_ends, text.size(), certain);
  for (uint64_t left = c.apostrophes & others & certain; left != 0; left &= left - 1) {
    const auto at = static_cast<size_t>(std::countr_zero(left));
    const size_t length = contraction_length<true>(text.data() + at + 1);
    if (length == kMaybe) certain &= bits_below(at + 1);
    if (length == 0 || length == kMaybe) continue;
    if (at + 1 + length < ByteBlock::kSize) starts |= uint64_t{1} << (at + 1 + length);
  }
  return {starts, certain};
}

// Runs of `bits` from those bits on that are set in `starts`, any number of them.
uint64_t flooded(uint64_t bits, uint64_t starts) {
  starts &= bits;
  for (int step = 1; step < 64; step *= 2) {
    starts |= bits & starts << step;
    bits &= bits << step;
  }
  return starts;
}

Starts o200k_starts(std::string_view text, AsciiMasksOf ascii_masks_of) {
  const GptClasses c(text, ascii_masks_of, /*has_cases=*/true);
  uint64_t certain = certain_bits(c, text.size());
  const ByteBlock block(c.bytes);
  const uint64_t line_ends = block.equal_to('\n') | block.equal_to('\r');
  const uint64_t blanks = c.spaces & ~line_ends;
  // Other characters take a space before them, line ends behind them, and slashes behind these.
  const uint64_t taken = flooded(line_ends | block.equal_to('/'), c.others << 1 & ~c.others & line_ends);
  const uint64_t all_others = c.others & ~taken;
  const uint64_t others = run_starts(all_others) & ~(c.plain_spaces << 1);
  const uint64_t taking = first_character_ends(others, all_others & c.continuations) | blanks << 1;
  // A capital behind a small letter begins a word. With letters that are neither, that is not all.
  const uint64_t words = run_starts(c.letters);
  const uint64_t cased = c.letters & ~c.caseless, small = cased & ~c.capitals;
  if (const uint64_t mixed = (cased & c.caseless << 1) | (c.caseless & cased << 1); mixed != 0) {
    const auto first = static_cast<size_t>(std::countr_zero(mixed));
    certain &= bits_below(highest(words & bits_below(first)) + 1);
  }
  uint64_t starts = (words & ~taking) | (c.capitals & small << 1) | others | group_starts(c.numbers);
  starts |= space_starts(c, c.spaces & ~taken, line_ends, text.size(), certain);
  size_t last_end = 0;  // of a contraction; it does not take another one
  for (uint64_t left = c.apostrophes & c.letters << 1 & certain; left != 0; left &= left - 1) {
    const auto at = static_cast<size_t>(std::countr_zero(left));
    if (at == last_end) continue;
    const size_t length = contraction_length<true>(text.data() + at + 1);
    if (length == kMaybe) certain &= bits_below(at);
    if (length == 0 || length == kMaybe) continue;
    last_end = at + 1 + length;
    starts &= ~(bits_below(last_end) & ~bits_below(at));
    if (last_end < ByteBlock::kSize) starts |= uint64_t{1} << last_end;
  }
  return {starts, certain};
}

Starts starts_of(GptPattern pattern, std::string_view text, AsciiMasksOf ascii_masks_of) {
  switch (pattern) {
    case GptPattern::kGpt2:
      return gpt2_starts(text, ascii_masks_of);
    case GptPattern::kLlama3:
      return llama_starts(text, ascii_masks_of, false);
    case GptPattern::kQwen2:
      return llama_starts(text, ascii_masks_of, true);
    case GptPattern::kO200k:
      return o200k_starts(text, ascii_masks_of);
  }
  return {};
}

}  // namespace

GptScanner::GptScanner(GptPattern pattern, AsciiMasksOf ascii_masks_of)
    : pattern_(pattern), ascii_masks_of_(ascii_masks_of) {
  if (ascii_masks_of_ == nullptr) ascii_masks_of_ = avx512_ascii_masks();
  if (ascii_masks_of_ == nullptr) ascii_masks_of_ = ascii_masks;
}

uint64_t GptScanner::starts(std::string_view text) const {
  const Starts found = starts_of(pattern_, text, ascii_masks_of_);
  if (text.size() >= ByteBlock::kSize) return found.bits & found.certain;
  const uint64_t end = uint64_t{1} << text.size();
  return ((found.bits & (end - 1)) | end) & found.certain;
}

}  // namespace slm::text

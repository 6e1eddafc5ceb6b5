#include "slm/text/word_cut.h"

#include <algorithm>

#include "slm/text/bpe_model.h"
#include "slm/text/nfc_check.h"
#include "slm/text/text_cut.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

enum class Run { kNone, kUpper, kLower, kOtherLetter, kPunctuation, kDigit };

// What no pattern divides, and no normal form joins. Apostrophes begin words of two or three letters.
Run run_of(std::string_view character, char32_t c) {
  if (c < 0x80) {
    if (c >= 'a' && c <= 'z') return Run::kLower;
    if (c >= 'A' && c <= 'Z') return Run::kUpper;
    if (c >= '0' && c <= '9') return Run::kDigit;
    return c > ' ' && c < 0x7F && c != '\'' ? Run::kPunctuation : Run::kNone;
  }
  return category_of(char_classes()[c]) == Category::kLo && is_surely_nfc(character) ? Run::kOtherLetter : Run::kNone;
}

bool is_letter(Run run) { return run == Run::kUpper || run == Run::kLower || run == Run::kOtherLetter; }

// Whether the place is in a run of one kind, with a few characters of it on both sides, or between a letter and a
// digit.
bool is_inside_run(std::string_view text, size_t place) {
  constexpr int kNumSide = 3;
  const auto run_at = [&](size_t at, size_t size) {
    const Utf8Char c = read_utf8(text, at);
    return c.is_valid && static_cast<size_t>(c.length) == size ? run_of(text.substr(at, size), c.code_point)
                                                               : Run::kNone;
  };
  Run run = Run::kNone;
  size_t at = place;
  for (int i = 0; i < kNumSide; ++i) {
    if (at == 0) return false;
    const size_t size = last_character_size(text.substr(0, at));
    at -= size;
    const Run next = run_at(at, size);
    if (next == Run::kNone || (i > 0 && next != run)) return false;
    run = next;
  }
  if (run == Run::kDigit) return false;
  at = place;
  for (int i = 0; i < kNumSide; ++i) {
    if (at >= text.size()) return false;
    const auto size = static_cast<size_t>(read_utf8(text, at).length);
    const Run next = run_at(at, size);
    if (i == 0 && next == Run::kDigit && is_letter(run)) return true;
    if (next != run) return false;
    at += size;
  }
  return true;
}

bool is_possible(const Pipeline& pipeline) {
  const auto* model = dynamic_cast<const BpeModel*>(pipeline.model.get());
  if (model == nullptr || !model->merges().is_in_order()) return false;
  if (pipeline.fast_encoder) return true;  // its patterns are known, and each byte has a token
  return model->spells_parts_alike() && (!pipeline.pre_tokenizer || pipeline.pre_tokenizer->is_local(0, 0));
}

}  // namespace

size_t find_word_cut(const Tokenizer& tokenizer, const Pipeline& pipeline, std::string_view text, size_t num_before) {
  constexpr int kMaxTries = 64;
  if (!is_possible(pipeline)) return 0;
  const std::string_view window = text.substr(0, num_before + kWordWindow);
  const Encoding encoding = tokenizer.encode_with_offsets(window, {.is_part = true, .num_before = num_before});
  const auto& [ids, offsets] = encoding;
  int num_tries = 0;
  for (size_t i = ids.size() * 7 / 8; i > 0 && num_tries < kMaxTries; --i) {
    const auto place = static_cast<size_t>(offsets[i].begin);
    if (offsets[i - 1].end != offsets[i].begin || !is_inside_run(window, place)) continue;
    const size_t size = last_character_size(text.substr(0, place));
    const char32_t before = read_utf8(text, place - size).code_point, after = read_utf8(text, place).code_point;
    const TokenEdges& edges = pipeline.added_tokens->edges();
    if (!edges.allow_cut(before, after) || edges.may_end_with(before)) continue;
    if (pipeline.normalizer && !pipeline.normalizer->is_local(before, 0)) continue;
    ++num_tries;
    const std::string_view rest = text.substr(place - size, size + kWordWindow);
    const Encoding next = tokenizer.encode_with_offsets(rest, {.num_before = size});
    const bool is_same = !next.ids.empty() && next.ids[0] == ids[i] &&
                         next.offsets[0].end - static_cast<int64_t>(size) == offsets[i].end - offsets[i].begin;
    if (!is_same) continue;
    // A word, or what is left of one, that is a token although no merges lead to it.
    const std::vector<int32_t> part =
        tokenizer.encode(text.substr(0, place), {.is_part = true, .num_before = num_before});
    if (std::equal(part.begin(), part.end(), ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(i))) return place;
  }
  return 0;
}

}  // namespace slm::text

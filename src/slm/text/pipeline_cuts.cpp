#include "slm/text/pipeline_cuts.h"

#include <algorithm>
#include <string>

#include "slm/text/character_pairs.h"
#include "slm/text/nfc_check.h"
#include "slm/text/text_cut.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// The size of the first character, or of the white space that begins with it.
size_t first_run(std::string_view text) {
  size_t size = 0;
  do {
    const Utf8Char c = read_utf8(text, size);
    if (size > 0 && !is_whitespace(c.code_point)) break;
    size += static_cast<size_t>(c.length);
    if (!is_whitespace(c.code_point)) break;
  } while (size < text.size());
  return size;
}

// Letters, digits, punctuation and symbols: what a normalizer keeps, and does not join with what is before it.
bool is_visible(char32_t c) {
  const Category category = category_of(char_classes()[c]);
  return category <= Category::kLo || (category >= Category::kNd && category <= Category::kSo);
}

}  // namespace

bool PipelineCuts::are_possible() const {
  if (pipeline_.fast_encoder) return true;
  return allow('x', ' ') || allow('x', ',') || allow('x', '\n') || allow('.', ' ');
}

bool PipelineCuts::allow(char32_t before, char32_t after) const {
  constexpr size_t kMaxKnown = size_t{1} << 16;
  const uint64_t key = character_pair(before, after);
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (known_.size() == kMaxKnown) known_.clear();
  return known_[key] = find_out(before, after);
}

bool PipelineCuts::find_out(char32_t before, char32_t after) const {
  const TokenEdges& edges = pipeline_.added_tokens->edges();
  if (!edges.allow_cut(before, after)) return false;
  // The pipelines of the fast encoders begin anew at each place of text_cut.h.
  if (pipeline_.fast_encoder && pipeline_.fast_encoder->is_cuttable()) return true;
  // What follows a token gets a space, as the text does.
  if (edges.may_end_with(before)) return false;
  if (pipeline_.rest_encoder) return true;

  const std::string left = utf8_of(before), right = utf8_of(after);
  if (!is_word_end(before, after) || !is_surely_nfc(left) || !is_visible(before)) return false;
  if (pipeline_.normalizer && !pipeline_.normalizer->is_local(before, after)) return false;
  // Runs of white space may become something else; else the character behind the place is all of the rest that has a
  // say. What is before the last character of the first part must have none.
  const std::string run(16, after < 0x80 ? static_cast<char>(after) : ' ');
  std::optional<char32_t> last;
  for (const std::string& before_it : {std::string(), std::string("q")}) {
    for (const char* const rest : {"", "x"}) {
      for (const std::string& space : {std::string(), right, std::string("\n"), std::string("\t "), run, left}) {
        const auto found = last_if_apart(before_it + left, right + space + rest);
        if (!found || (last && *last != *found)) return false;
        last = found;
      }
    }
  }
  return true;
}

std::optional<char32_t> PipelineCuts::last_if_apart(const std::string& left, const std::string& right) const {
  const auto place = static_cast<int64_t>(left.size());
  AlignedText aligned = pipeline_.normalized(left + right);
  const std::string& normalized = aligned.text();
  const size_t middle = aligned.first_from(place);
  if (middle == 0 || pipeline_.normalized(left).text() != normalized.substr(0, middle)) return std::nullopt;
  const char32_t before = last_character_of(std::string_view(normalized).substr(0, middle));
  if (is_whitespace(before)) return std::nullopt;
  if (middle == normalized.size()) return before;  // white space at the end
  if (aligned.original_range(middle, middle + 1).begin >= place + static_cast<int64_t>(first_run(right))) {
    return std::nullopt;  // nothing is left of it
  }
  const char32_t after = read_utf8(normalized, middle).code_point;
  const TokenEdges& edges = pipeline_.added_tokens->edges();
  if (!edges.allow_cut(before, after) || edges.may_end_with(before)) return std::nullopt;
  const Locality locality =
      pipeline_.pre_tokenizer ? pipeline_.pre_tokenizer->locality(before, after) : Locality::kLocal;
  if (locality == Locality::kNone) return std::nullopt;

  bool is_split = true;
  std::vector<Piece> pieces;
  pieces.push_back({std::move(aligned), std::nullopt});
  if (pipeline_.pre_tokenizer) pipeline_.pre_tokenizer->split(pieces);
  for (const Piece& piece : pieces) {
    const std::string& piece_text = piece.text.text();
    const size_t border = piece.text.first_from(place);
    if (border == 0 || border == piece_text.size()) continue;
    const char32_t left_one = last_character_of(std::string_view(piece_text).substr(0, border));
    is_split = false;
    if (!pipeline_.model->keeps_apart(left_one, read_utf8(piece_text, border).code_point)) return std::nullopt;
  }
  // Another text may have no border here, nor need this one.
  if (is_split && locality == Locality::kApart) return std::nullopt;
  return before;
}

}  // namespace slm::text

#include "slm/text/added_tokens.h"

#include <algorithm>

#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

bool begins_with_word(std::string_view text) { return !text.empty() && has_flag(read_utf8(text, 0).code_point, kWord); }

// The place where the last character of `text` begins.
size_t last_character(std::string_view text) {
  size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && is_continuation(text[at])) --at;
  return at;
}

bool ends_with_word(std::string_view text) {
  return !text.empty() && has_flag(read_utf8(text, last_character(text)).code_point, kWord);
}

size_t without_spaces_at_end(std::string_view text) {
  while (!text.empty()) {
    const size_t last = last_character(text);
    if (!is_whitespace(read_utf8(text, last).code_point)) break;
    text = text.substr(0, last);
  }
  return text.size();
}

size_t spaces_at_begin(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const Utf8Char c = read_utf8(text, at);
    if (!is_whitespace(c.code_point)) break;
    at += static_cast<size_t>(c.length);
  }
  return at;
}

}  // namespace

bool AddedTokens::are_all_raw(const Normalizer* normalizer) const {
  return normalized_finder_.is_empty() || (normalizer == nullptr && raw_.is_empty());
}

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer) : tokens_(std::move(tokens)) {
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const AddedToken& token = tokens_[i];
    by_id_[token.id] = i;
    by_content_[token.content] = i;
    std::string form = token.content;
    if (token.is_normalized && normalizer != nullptr) {
      AlignedText text = AlignedText::of_utf8(token.content);
      normalizer->normalize(text);
      form = text.text();
    }
    edges_.add(token, form);
    normalized_.push_back(std::move(form));
  }
  std::vector<std::string_view> raw_forms(tokens_.size()), normalized_forms(tokens_.size());
  for (size_t i = 0; i < tokens_.size(); ++i) {
    (tokens_[i].is_normalized ? normalized_forms : raw_forms)[i] = normalized_[i];
  }
  raw_ = StringFinder(raw_forms);
  normalized_finder_ = StringFinder(normalized_forms);
}

const AddedToken* AddedTokens::find(int32_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &tokens_[found->second];
}

const AddedToken* AddedTokens::find(std::string_view content) const {
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? nullptr : &tokens_[found->second];
}

bool AddedTokens::is_special(std::string_view content) const {
  const AddedToken* token = find(content);
  return token != nullptr && token->is_special;
}

std::string_view AddedTokens::decoded_form(const AddedToken& token) const {
  return normalized_[static_cast<size_t>(&token - tokens_.data())];
}

void AddedTokens::scan(std::string_view text, const StringFinder& finder, bool finds_special,
                       const EmitPart& emit) const {
  size_t covered = 0;
  StringFinder::Match match;
  for (size_t at = 0; match = finder.find(text, at), match.value >= 0; at = match.end) {
    const AddedToken* token = &tokens_[static_cast<size_t>(match.value)];
    auto [begin, end, value] = match;
    if (token->is_special && !finds_special) continue;
    const bool touches_word = ends_with_word(text.substr(0, begin)) || begins_with_word(text.substr(end));
    if (token->is_single_word && touches_word) continue;
    if (token->strips_left) begin = std::max(without_spaces_at_end(text.substr(0, begin)), covered);
    if (token->strips_right) end += spaces_at_begin(text.substr(end));
    if (covered < begin) emit(covered, begin, nullptr);
    if (begin < end) emit(begin, end, token);
    covered = end;
  }
  if (covered < text.size()) emit(covered, text.size(), nullptr);
}

void AddedTokens::split_one(AlignedText aligned, const StringFinder& finder, bool finds_special,
                            std::vector<Piece>& out) const {
  const size_t size = aligned.text().size();
  scan(aligned.text(), finder, finds_special, [&](size_t begin, size_t end, const AddedToken* token) {
    const bool is_all = begin == 0 && end == size;
    out.push_back({is_all && token == nullptr ? aligned : aligned.slice(begin, end),
                   token == nullptr ? std::nullopt : std::optional(token->id)});
  });
}

void AddedTokens::split(std::vector<Piece>& pieces, const StringFinder& finder, bool finds_special) const {
  if (finder.is_empty()) return;
  std::vector<Piece> out;
  for (Piece& piece : pieces) {
    if (piece.added_token) {
      out.push_back(std::move(piece));
    } else {
      split_one(std::move(piece.text), finder, finds_special, out);
    }
  }
  pieces = std::move(out);
}

std::vector<Piece> AddedTokens::extract(AlignedText text, const Normalizer* normalizer, bool finds_special) const {
  std::vector<Piece> pieces;
  if (text.empty()) return pieces;
  pieces.push_back({std::move(text), std::nullopt});
  split(pieces, raw_, finds_special);
  if (normalizer != nullptr) {
    for (Piece& piece : pieces) {
      if (piece.added_token) continue;
      normalizer->normalize(piece.text);
      piece.text.forget_removed_beginning();
    }
    std::erase_if(pieces, [](const Piece& piece) { return piece.text.empty(); });
  }
  split(pieces, normalized_finder_, finds_special);
  return pieces;
}

}  // namespace slm::text

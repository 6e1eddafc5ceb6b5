#include "slm/text/pre_tokenizer.h"

#include <algorithm>

#include "slm/text/gpt_patterns.h"
#include "slm/text/normalizer.h"
#include "slm/text/text_cut.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

using SplitFunction = std::function<std::vector<AlignedText>(AlignedText)>;

using LocalTest = std::function<Locality(char32_t before, char32_t after)>;

Locality never_local(char32_t, char32_t) { return Locality::kNone; }

// Of one that splits between two characters or does not, whatever is beside them.
Locality locality_of(const SplitFunction& split_one, char32_t before, char32_t after) {
  if (before == 0 || after == 0) return Locality::kLocal;
  std::string both = utf8_of(before);
  const auto place = static_cast<int64_t>(both.size());
  append_utf8(both, after);
  for (const AlignedText& piece : split_one(AlignedText::of_bytes(both))) {
    const auto [begin, end] = piece.original_range(0, piece.text().size());
    if (begin < place && end > place) return Locality::kLocal;
  }
  return Locality::kSplit;
}

// A pre-tokenizer that treats each piece by itself.
class PiecewisePreTokenizer final : public PreTokenizer {
 public:
  PiecewisePreTokenizer(SplitFunction split_one, LocalTest locality, bool keeps_characters)
      : split_one_(std::move(split_one)), locality_(std::move(locality)), keeps_characters_(keeps_characters) {}

  Locality locality(char32_t before, char32_t after) const override {
    return locality_ ? locality_(before, after) : locality_of(split_one_, before, after);
  }
  bool keeps_characters() const override { return keeps_characters_; }

  void split(std::vector<Piece>& pieces) const override {
    std::vector<Piece> out;
    out.reserve(pieces.size());
    for (Piece& piece : pieces) {
      if (piece.added_token) {
        out.push_back(std::move(piece));
        continue;
      }
      for (AlignedText& part : split_one_(std::move(piece.text))) {
        if (!part.empty()) out.push_back({std::move(part), std::nullopt});
      }
    }
    pieces = std::move(out);
  }

 private:
  SplitFunction split_one_;
  LocalTest locality_;  // null: that of single characters
  bool keeps_characters_;
};

class PreTokenizerSequence final : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(std::vector<std::unique_ptr<PreTokenizer>> steps) : steps_(std::move(steps)) {}

  void split(std::vector<Piece>& pieces) const override {
    for (const auto& step : steps_) step->split(pieces);
  }
  // What comes behind a step that splits there sees two texts.
  Locality locality(char32_t before, char32_t after) const override {
    bool keeps = true;
    Locality all = Locality::kLocal;
    for (const auto& step : steps_) {
      const Locality one =
          keeps ? step->locality(before, after) : std::min(step->locality(0, 0), step->locality(before, 0));
      if (one == Locality::kNone || one == Locality::kSplit) return one;
      // It may see the character before the place or not.
      if (all == Locality::kApart && one == Locality::kLocal) return Locality::kNone;
      all = std::min(all, one);
      keeps = keeps && step->keeps_characters();
    }
    return all;
  }
  bool keeps_characters() const override {
    return std::all_of(steps_.begin(), steps_.end(), [](const auto& step) { return step->keeps_characters(); });
  }

 private:
  std::vector<std::unique_ptr<PreTokenizer>> steps_;
};

// `locality`: null where single characters decide.
std::unique_ptr<PreTokenizer> piecewise(SplitFunction split_one, LocalTest locality = nullptr,
                                        bool keeps_characters = true) {
  return std::make_unique<PiecewisePreTokenizer>(std::move(split_one), std::move(locality), keeps_characters);
}

std::vector<AlignedText> single(AlignedText text) {
  std::vector<AlignedText> pieces;
  pieces.push_back(std::move(text));
  return pieces;
}

std::vector<TextPart> gpt2_parts(std::string_view text) {
  std::vector<TextPart> parts;
  for (size_t at = 0; at < text.size();) {
    const size_t end = gpt_match_end(GptPattern::kGpt2, text, at);
    parts.push_back({at, end, true});
    at = end;
  }
  return parts;
}

// \w+|[^\w\s]+ as matches, white space between them.
std::vector<TextPart> words_and_symbols(std::string_view text) {
  enum class Kind { kSpace, kWord, kSymbol };
  std::vector<TextPart> parts;
  Kind last = Kind::kSpace;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char c = read_utf8(text, at);
    const size_t end = at + static_cast<size_t>(c.length);
    const uint16_t char_class = char_classes()[c.code_point];
    const Kind kind = (char_class & kWord) != 0         ? Kind::kWord
                      : (char_class & kWhitespace) != 0 ? Kind::kSpace
                                                        : Kind::kSymbol;
    if (!parts.empty() && kind == last) {
      parts.back().end = end;
    } else {
      parts.push_back({at, end, kind != Kind::kSpace});
    }
    last = kind;
    at = end;
  }
  return parts;
}

void inverted(std::vector<TextPart>& parts) {
  for (TextPart& part : parts) part.is_match = !part.is_match;
}

// Kana go with ideographs; a space goes with anything.
int joined_script_of(char32_t c) {
  static const uint8_t han = script_of(U'一'), hiragana = script_of(U'あ'), katakana = script_of(U'ア');
  if (c == 0x30FC) return han;
  if (c == U' ') return 0;
  const uint8_t script = script_of(c);
  return script == hiragana || script == katakana ? han : script;
}

// Characters before the first one that has a script are dropped, as Hugging Face does.
std::vector<AlignedText> split_by_script(AlignedText text) {
  constexpr int kNone = -1;
  std::vector<size_t> borders;
  int last = kNone;
  for (size_t at = 0; at < text.text().size();) {
    const Utf8Char c = read_utf8(text.text(), at);
    const int script = joined_script_of(c.code_point);
    if (script != 0 && script != last) borders.push_back(at);
    if (script != 0) last = script;
    at += static_cast<size_t>(c.length);
  }
  borders.push_back(text.text().size());
  std::vector<AlignedText> pieces;
  for (size_t i = 0; i + 1 < borders.size(); ++i) pieces.push_back(text.slice(borders[i], borders[i + 1]));
  return pieces;
}

}  // namespace

std::unique_ptr<PreTokenizer> pre_tokenizer_sequence(std::vector<std::unique_ptr<PreTokenizer>> steps) {
  return std::make_unique<PreTokenizerSequence>(std::move(steps));
}

std::unique_ptr<PreTokenizer> character_pre_tokenizer(std::function<bool(char32_t)> is_match, SplitBehavior behavior) {
  return piecewise([is_match = std::move(is_match), behavior](AlignedText text) {
    return split(text, parts_by_character(text.text(), is_match), behavior);
  });
}

std::unique_ptr<PreTokenizer> bert_pre_tokenizer() {
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  steps.push_back(character_pre_tokenizer(is_whitespace, SplitBehavior::kRemoved));
  steps.push_back(
      character_pre_tokenizer([](char32_t c) { return has_flag(c, kPunctuation); }, SplitBehavior::kIsolated));
  return pre_tokenizer_sequence(std::move(steps));
}

std::unique_ptr<PreTokenizer> byte_level_pre_tokenizer(const ByteLevelOptions& options) {
  const auto split_one = [options](AlignedText text) {
    if (options.add_prefix_space && !text.text().starts_with(' ')) text.prepend(" ");
    std::vector<AlignedText> pieces =
        options.use_regex ? split(text, gpt2_parts(text.text()), SplitBehavior::kIsolated) : single(std::move(text));
    for (AlignedText& piece : pieces) spell_bytes(piece);
    return pieces;
  };
  const LocalTest locality = [uses_regex = options.use_regex](char32_t before, char32_t after) {
    if (!uses_regex) return Locality::kLocal;
    return is_word_end(before, after) ? Locality::kSplit : Locality::kNone;
  };
  return piecewise(split_one, locality, /*keeps_characters=*/false);
}

std::unique_ptr<PreTokenizer> metaspace_pre_tokenizer(char32_t replacement, PrependScheme scheme, bool splits) {
  const std::string mark = utf8_of(replacement);
  const auto split_one = [=](AlignedText text) {
    text.replace(parts_by_character(text.text(), [](char32_t c) { return c == U' '; }), mark);
    const bool is_wanted =
        scheme == PrependScheme::kAlways || (scheme == PrependScheme::kFirst && text.original_begin() == 0);
    if (is_wanted && !text.text().starts_with(mark)) text.prepend(mark);
    if (!splits) return single(std::move(text));
    return split(text, parts_by_character(text.text(), [=](char32_t c) { return c == replacement; }),
                 SplitBehavior::kMergedWithNext);
  };
  return piecewise(split_one, nullptr, /*keeps_characters=*/false);
}

std::unique_ptr<PreTokenizer> split_pre_tokenizer(std::unique_ptr<Pattern> pattern, SplitBehavior behavior,
                                                  bool invert) {
  const std::shared_ptr<const Pattern> shared = std::move(pattern);
  const auto split_one = [=](AlignedText text) {
    std::vector<TextPart> parts = shared->parts_of(text.text());
    if (invert) inverted(parts);
    return split(text, std::move(parts), behavior);
  };
  // Else what stands on one side may join the other, which depends on how that goes on.
  const bool keeps_apart = behavior == SplitBehavior::kIsolated || behavior == SplitBehavior::kRemoved;
  return piecewise(split_one, [=](char32_t before, char32_t after) {
    return keeps_apart ? shared->locality(before, after) : std::min(shared->locality(before, 0), Locality::kLocal);
  });
}

std::unique_ptr<PreTokenizer> whitespace_pre_tokenizer() {
  return piecewise([](AlignedText text) {
    std::vector<TextPart> parts = words_and_symbols(text.text());
    inverted(parts);
    return split(text, std::move(parts), SplitBehavior::kRemoved);
  });
}

std::unique_ptr<PreTokenizer> unicode_scripts_pre_tokenizer() {
  return piecewise(split_by_script, [](char32_t before, char32_t after) {
    // Behind a character that belongs to no script it depends on the one that does.
    const bool is_known = before != 0 && joined_script_of(before) != 0;
    return is_known ? locality_of(split_by_script, before, after) : Locality::kNone;
  });
}

std::unique_ptr<PreTokenizer> fixed_length_pre_tokenizer(size_t num_characters) {
  const auto split_one = [=](AlignedText text) {
    std::vector<AlignedText> pieces;
    size_t begin = 0, count = 0;
    for (size_t at = 0; at < text.text().size();) {
      at += static_cast<size_t>(read_utf8(text.text(), at).length);
      if (++count == num_characters || at == text.text().size()) {
        pieces.push_back(text.slice(begin, at));
        begin = at;
        count = 0;
      }
    }
    return pieces;
  };
  return piecewise(split_one, never_local);
}

}  // namespace slm::text

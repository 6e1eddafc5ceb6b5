#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <memory>

#include "slm/core/error.h"
#include "slm/text/gpt_patterns.h"
#include "slm/text/pattern.h"
#include "slm/text/regex_shape.h"
#include "slm/text/regex_translation.h"
#include "slm/text/text_cut.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// Enough for any sane pattern; one that backtracks without end is an error, not a hang.
constexpr uint32_t kMatchLimit = 50'000'000;

class GptRegex final : public Pattern {
 public:
  explicit GptRegex(GptPattern pattern) : pattern_(pattern) {}

  Match find(std::string_view text, size_t from) const override {
    if (from >= text.size()) return {std::string_view::npos, std::string_view::npos};
    return {from, gpt_match_end(pattern_, text, from)};
  }

  Locality locality(char32_t before, char32_t after) const override {
    return is_word_end(before, after) ? Locality::kSplit : Locality::kNone;  // all text is in matches
  }

 private:
  GptPattern pattern_;
};

struct CodeDeleter {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct MatchContextDeleter {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

std::string message_of(int error) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(error, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

class Pcre2Pattern final : public Pattern {
 public:
  explicit Pcre2Pattern(const std::string& regex) : regex_(regex), context_(pcre2_match_context_create(nullptr)) {
    const std::string translated = translate_regex(regex);
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_MATCH_INVALID_UTF;
    int error = 0;
    PCRE2_SIZE offset = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), options, &error,
                              &offset, nullptr));
    if (!code_) throw Error(fmt::format("the pattern '{}' is not a regular expression: {}", regex, message_of(error)));
    pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE);  // where it cannot, matching is only slower
    pcre2_set_match_limit(context_.get(), kMatchLimit);
  }

  Match find(std::string_view text, size_t from) const override {
    const std::unique_ptr<pcre2_match_data, MatchDataDeleter> data(pcre2_match_data_create(1, nullptr));
    const int result = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, 0,
                                   data.get(), context_.get());
    if (result == PCRE2_ERROR_NOMATCH) return {std::string_view::npos, std::string_view::npos};
    if (result < 0) throw Error(fmt::format("the pattern '{}' cannot be matched: {}", regex_, message_of(result)));
    const PCRE2_SIZE* place = pcre2_get_ovector_pointer(data.get());
    return {place[0], place[1]};
  }

  Locality locality(char32_t before, char32_t after) const override {
    if (shape_.is_one_character) {
      return before != 0 && (is_match(before, "") || is_match(after, "")) ? Locality::kSplit : Locality::kLocal;
    }
    if (is_whitespace(before)) return Locality::kNone;
    if (shape_.is_white_space) return Locality::kLocal;
    if (after != ' ') return Locality::kNone;
    // Where it matches the one character, that is in a match wherever it stands: this one, or one that began before.
    if (shape_.ends_before_space && is_match(before, " ")) return Locality::kSplit;
    return shape_.is_apart_at_space ? Locality::kApart : Locality::kNone;
  }

  size_t settled_size(std::string_view text, size_t num_searched) const override {
    return shape_.is_one_character ? complete_utf8_prefix(text) : Pattern::settled_size(text, num_searched);
  }

 private:
  // Whether the character is a match, before `rest`.
  bool is_match(char32_t character, std::string_view rest) const {
    std::string text = utf8_of(character);
    const size_t size = text.size();
    const Match match = find(text.append(rest), 0);
    return match.begin == 0 && match.end == size;
  }

  std::string regex_;
  RegexShape shape_ = shape_of_regex(regex_);
  std::unique_ptr<pcre2_code, CodeDeleter> code_;
  std::unique_ptr<pcre2_match_context, MatchContextDeleter> context_;
};

}  // namespace

std::unique_ptr<Pattern> regex_pattern(const std::string& regex) {
  if (const auto known = recognize_gpt_pattern(regex)) return std::make_unique<GptRegex>(*known);
  return std::make_unique<Pcre2Pattern>(regex);
}

}  // namespace slm::text

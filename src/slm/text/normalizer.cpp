#include "slm/text/normalizer.h"

#include <algorithm>
#include <functional>

#include "slm/text/byte_tokenizer.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// A normalizer without state of its own, which sees characters one by one or as normal forms do.
class FunctionNormalizer final : public Normalizer {
 public:
  explicit FunctionNormalizer(std::function<void(AlignedText&)> apply) : apply_(std::move(apply)) {}
  void normalize(AlignedText& text) const override { apply_(text); }
  bool is_local(char32_t, char32_t) const override { return true; }

 private:
  std::function<void(AlignedText&)> apply_;
};

class ReplaceNormalizer final : public Normalizer {
 public:
  ReplaceNormalizer(std::unique_ptr<Pattern> pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  void normalize(AlignedText& text) const override { text.replace(pattern_->parts_of(text.text()), content_); }
  // What stands behind the place may have been changed by then, and no longer be what ends a word.
  bool is_local(char32_t before, char32_t) const override { return pattern_->is_local(before, 0); }

 private:
  std::unique_ptr<Pattern> pattern_;
  std::string content_;
};

class NormalizerSequence final : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<std::unique_ptr<Normalizer>> steps) : steps_(std::move(steps)) {}
  void normalize(AlignedText& text) const override {
    for (const auto& step : steps_) step->normalize(text);
  }
  bool is_local(char32_t before, char32_t after) const override {
    return std::all_of(steps_.begin(), steps_.end(), [&](const auto& step) { return step->is_local(before, after); });
  }

 private:
  std::vector<std::unique_ptr<Normalizer>> steps_;
};

std::unique_ptr<Normalizer> from_function(std::function<void(AlignedText&)> apply) {
  return std::make_unique<FunctionNormalizer>(std::move(apply));
}

void lowercase(AlignedText& text) {
  std::vector<CharChange> changes;
  for (size_t at = 0; at < text.text().size();) {
    const Utf8Char c = read_utf8(text.text(), at);
    at += static_cast<size_t>(c.length);
    const std::string_view lower = lowercase_of(c.code_point);
    if (lower.empty()) changes.push_back({c.code_point, 0});
    for (size_t part = 0; part < lower.size();) {
      const Utf8Char d = read_utf8(lower, part);
      changes.push_back({d.code_point, part == 0 ? 0 : 1});
      part += static_cast<size_t>(d.length);
    }
  }
  text.transform(changes);
}

void strip(AlignedText& text, bool strip_left, bool strip_right) {
  std::vector<CharChange> changes;
  size_t num_removed_in_front = 0, size_without_end = 0;
  for (size_t at = 0; at < text.text().size();) {
    const Utf8Char c = read_utf8(text.text(), at);
    at += static_cast<size_t>(c.length);
    const bool is_space = is_whitespace(c.code_point);
    if (is_space && strip_left && changes.empty()) {
      ++num_removed_in_front;
      continue;
    }
    changes.push_back({c.code_point, 0});
    if (!is_space) size_without_end = changes.size();
  }
  if (strip_right) changes.resize(size_without_end);
  text.transform(changes, num_removed_in_front);
}

bool is_removed_by_nmt(char32_t c) {
  return (c >= 0x1 && c <= 0x8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
}

bool is_space_to_nmt(char32_t c) {
  return c == 0x9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 || (c >= 0x200B && c <= 0x200F) || c == 0x2028 ||
         c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
}

}  // namespace

void spell_bytes(AlignedText& text) {
  std::vector<CharChange> changes;
  const std::string& bytes = text.text();
  for (size_t at = 0; at < bytes.size();) {
    const auto length = static_cast<size_t>(read_utf8(bytes, at).length);
    for (size_t i = 0; i < length; ++i) {
      const std::string& spelled = byte_level_alphabet()[static_cast<unsigned char>(bytes[at + i])];
      changes.push_back({read_utf8(spelled, 0).code_point, i == 0 ? 0 : 1});
    }
    at += length;
  }
  text.transform(changes);
}

std::unique_ptr<Normalizer> normal_form_normalizer(NormalForm form) {
  return from_function([form](AlignedText& text) { text.transform(normal_form(text.text(), form)); });
}

std::unique_ptr<Normalizer> lowercase_normalizer() { return from_function(lowercase); }

std::unique_ptr<Normalizer> strip_accents_normalizer() {
  return from_function(
      [](AlignedText& text) { text.keep_if([](char32_t c) { return !has_flag(c, kCombiningMark); }); });
}

std::unique_ptr<Normalizer> strip_normalizer(bool strip_left, bool strip_right) {
  return from_function([=](AlignedText& text) { strip(text, strip_left, strip_right); });
}

std::unique_ptr<Normalizer> nmt_normalizer() {
  return from_function([](AlignedText& text) {
    text.keep_if([](char32_t c) { return !is_removed_by_nmt(c); });
    text.map([](char32_t c) { return is_space_to_nmt(c) ? U' ' : c; });
  });
}

std::unique_ptr<Normalizer> replace_normalizer(std::unique_ptr<Pattern> pattern, std::string content) {
  return std::make_unique<ReplaceNormalizer>(std::move(pattern), std::move(content));
}

std::unique_ptr<Normalizer> prepend_normalizer(std::string prefix) {
  return from_function([prefix = std::move(prefix)](AlignedText& text) { text.prepend(prefix); });
}

std::unique_ptr<Normalizer> byte_level_normalizer() { return from_function(spell_bytes); }

std::unique_ptr<Normalizer> normalizer_sequence(std::vector<std::unique_ptr<Normalizer>> steps) {
  return std::make_unique<NormalizerSequence>(std::move(steps));
}

}  // namespace slm::text

#include "slm/text/normalizer.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// The blocks of ideographs as BERT lists them; newer extensions are not among them.
bool is_ideograph(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return within(0x4E00, 0x9FFF) || within(0x3400, 0x4DBF) || within(0x20000, 0x2A6DF) || within(0x2A700, 0x2B73F) ||
         within(0x2B740, 0x2B81F) || within(0x2B920, 0x2CEAF) || within(0xF900, 0xFAFF) || within(0x2F800, 0x2FA1F);
}

bool is_removed(char32_t c) { return has_flag(c, kRemovedByBert); }

class BertNormalizer final : public Normalizer {
 public:
  explicit BertNormalizer(const BertNormalizerOptions& options) : options_(options) {}

  void normalize(AlignedText& text) const override {
    if (options_.clean_text) {
      text.keep_if([](char32_t c) { return !is_removed(c); });
      text.map([](char32_t c) { return is_whitespace(c) ? U' ' : c; });
    }
    if (options_.handle_chinese_chars) surround_ideographs(text);
    if (options_.strip_accents) {
      text.transform(normal_form(text.text(), NormalForm::kNfd));
      text.keep_if([](char32_t c) { return !has_flag(c, kBertAccent); });
    }
    if (options_.lowercase) lowercase_->normalize(text);
  }

  bool is_local(char32_t, char32_t) const override { return true; }

 private:
  static void surround_ideographs(AlignedText& text) {
    std::vector<CharChange> changes;
    for (size_t at = 0; at < text.text().size();) {
      const Utf8Char c = read_utf8(text.text(), at);
      at += static_cast<size_t>(c.length);
      if (is_ideograph(c.code_point)) {
        changes.insert(changes.end(), {{U' ', 0}, {c.code_point, 1}, {U' ', 1}});
      } else {
        changes.push_back({c.code_point, 0});
      }
    }
    text.transform(changes);
  }

  BertNormalizerOptions options_;
  std::unique_ptr<Normalizer> lowercase_ = lowercase_normalizer();
};

}  // namespace

std::unique_ptr<Normalizer> bert_normalizer(const BertNormalizerOptions& options) {
  return std::make_unique<BertNormalizer>(options);
}

}  // namespace slm::text

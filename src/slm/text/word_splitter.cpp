#include "slm/text/word_splitter.h"

#include <array>
#include <bit>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "slm/core/json_text.h"
#include "slm/text/gpt_scanner.h"
#include "slm/text/json_fields.h"
#include "slm/text/normalizer_parser.h"
#include "slm/text/pre_tokenizer.h"
#include "slm/text/unicode.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

constexpr size_t kMaxWordBytes = 1 << 16;
constexpr std::string_view kMark = "▁";

class PipelineSplitter final : public WordSplitter {
 public:
  explicit PipelineSplitter(const nlohmann::json& document) {
    const auto fields = [&](const char* part) { return JsonFields(document[part], "tokenizer", part); };
    if (!document["normalizer"].is_null()) normalizer_ = parse_normalizer(fields("normalizer"));
    if (!document["pre_tokenizer"].is_null()) pre_tokenizer_ = parse_pre_tokenizer(fields("pre_tokenizer"));
    // What comes first in a text may be special to Metaspace.
    may_cut_ = json_text(document["pre_tokenizer"]).find("Metaspace") == std::string::npos;
  }

  void split(std::string_view text, WordCounts& words) const override {
    AlignedText aligned = AlignedText::of_utf8(text);
    if (normalizer_) normalizer_->normalize(aligned);
    std::vector<Piece> pieces;
    if (!aligned.empty()) pieces.push_back({std::move(aligned), std::nullopt});
    if (pre_tokenizer_) pre_tokenizer_->split(pieces);
    for (const Piece& piece : pieces) add_word(piece.text.text(), words);
  }
  bool may_cut_at_lines() const override { return may_cut_; }

 private:
  std::unique_ptr<Normalizer> normalizer_;
  std::unique_ptr<PreTokenizer> pre_tokenizer_;
  bool may_cut_;
};

class GptWordSplitter final : public WordSplitter {
 public:
  explicit GptWordSplitter(GptPattern pattern) : scanner_(pattern) {}

  void split(std::string_view text, WordCounts& words) const override {
    scanner_.for_each_block(
        text,
        [&](std::string_view, const char* bytes, uint64_t starts) {
          size_t begin = 0;
          for (starts &= starts - 1; starts != 0; starts &= starts - 1) {
            const auto end = static_cast<size_t>(std::countr_zero(starts));
            if (end - begin <= ShortWord::kMaxBytes) {
              words.add(ShortWord::of(bytes + begin, end - begin));
            } else {
              words.add(std::string_view(bytes + begin, end - begin));
            }
            begin = end;
          }
        },
        [&](std::string_view rest, size_t size) { add_word(rest.substr(0, size), words); });
  }

 private:
  GptScanner scanner_;
};

class BertWordSplitter final : public WordSplitter {
 public:
  BertWordSplitter(bool lowercase, std::unique_ptr<WordSplitter> pipeline) : pipeline_(std::move(pipeline)) {
    for (unsigned c = 0; c < 0x80; ++c) {
      kinds_[c] = has_flag(c, kRemovedByBert) ? kRemoved
                  : is_whitespace(c)          ? kSpace
                  : has_flag(c, kPunctuation) ? kAlone
                                              : kInWord;
      lower_[c] = static_cast<char>(lowercase && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
  }

  // White space ends a word whatever stands beside it, so what lies between can be split by itself.
  void split(std::string_view text, WordCounts& words) const override {
    std::string word;
    for (size_t at = 0; at < text.size();) {
      size_t end = at;
      bool is_ascii = true;
      for (; end < text.size() && kind_of(text[end]) != kSpace; ++end) is_ascii &= kind_of(text[end]) != kOther;
      const std::string_view part = text.substr(at, end - at);
      if (is_ascii) {
        split_ascii(part, word, words);
      } else {
        pipeline_->split(part, words);
      }
      at = end + 1;
    }
  }

 private:
  enum Kind : uint8_t { kInWord, kAlone, kRemoved, kSpace, kOther };

  Kind kind_of(char c) const { return static_cast<signed char>(c) < 0 ? kOther : kinds_[static_cast<size_t>(c)]; }

  void split_ascii(std::string_view part, std::string& word, WordCounts& words) const {
    const auto end_word = [&] {
      if (!word.empty()) add_word(word, words);
      word.clear();
    };
    for (const char c : part) {
      switch (kind_of(c)) {
        case kInWord:
          word += lower_[static_cast<size_t>(c)];
          break;
        case kAlone:
          end_word();
          words.add(std::string_view(&c, 1));
          break;
        default:
          break;
      }
    }
    end_word();
  }

  std::unique_ptr<WordSplitter> pipeline_;
  std::array<Kind, 128> kinds_;
  std::array<char, 128> lower_;
};

class MetaspaceWordSplitter final : public WordSplitter {
 public:
  void split(std::string_view text, WordCounts& words) const override {
    if (!is_valid_utf8(text)) return split(replace_invalid_utf8(text), words);
    if (text.empty()) return;
    std::string word;
    const auto end_word = [&] {
      if (!word.empty()) add_word(word, words);
      word.clear();
    };
    if (text[0] != ' ' && !text.starts_with(kMark)) word = kMark;
    for (size_t at = 0; at < text.size();) {
      if (text[at] == ' ' || text.substr(at).starts_with(kMark)) {
        end_word();
        word = kMark;
        at += text[at] == ' ' ? 1 : kMark.size();
      } else if (text[at] == '\n') {
        if (at > 0) end_word();  // else it is marked itself
        word += '\n';
        end_word();
        ++at;
      } else {
        word += text[at++];
      }
    }
    end_word();
  }
  bool may_cut_at_lines() const override { return false; }  // the first word of a text is marked
};

}  // namespace

void add_word(std::string_view word, WordCounts& words) {
  while (word.size() > kMaxWordBytes) {
    const size_t length = complete_utf8_prefix(word.substr(0, kMaxWordBytes));
    words.add(word.substr(0, length));
    word.remove_prefix(length);
  }
  words.add(word);
}

std::unique_ptr<WordSplitter> pipeline_word_splitter(const nlohmann::ordered_json& document) {
  return std::make_unique<PipelineSplitter>(nlohmann::json(document));
}

std::unique_ptr<WordSplitter> gpt_word_splitter(GptPattern pattern) {
  return std::make_unique<GptWordSplitter>(pattern);
}

std::unique_ptr<WordSplitter> bert_word_splitter(bool lowercase, std::unique_ptr<WordSplitter> pipeline) {
  return std::make_unique<BertWordSplitter>(lowercase, std::move(pipeline));
}

std::unique_ptr<WordSplitter> metaspace_word_splitter() { return std::make_unique<MetaspaceWordSplitter>(); }

}  // namespace slm::text

#include "slm/text/text_cut.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "slm/text/gpt_patterns.h"
#include "slm/text/normalizer.h"
#include "slm/text/pre_tokenizer.h"

namespace slm::text {
namespace {

// What tells the rules apart: scripts, marks, what a normal form changes, white space of all kinds, what is not UTF-8.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kParts = {
      "a",      "Z",      "word",   "é",      "Я",    "слово",  "λ",        "日本",   "한국", "ا",  "नम", "े",
      "\u0958", "\u0301", "\u0338", "1",      "234",  "٣",      "½",        " ",      " ",    "  ", "\t", "\n",
      "\n",     "\n",     "\r",     "\r\n",   "\n\n", "\u00A0", "\u3000",   "\u2028", ",",    ".",  "'",  "'s",
      "'LL",    "/",      "-",      "<",      "|",    "\u037E", "\u2019",   "。",     "，",   "؟",  "।",  "_",
      "$",      "\u017F", "😀",      "\u200d", "\x01", "\xff",   "\xe6\x97", "\u212B",
  };
  std::string text;
  for (size_t i = random() % 14 + 2; i > 0; --i) text += kParts[random() % kParts.size()];
  return text;
}

bool allows_all(char32_t, char32_t) { return true; }

using Pieces = std::vector<std::string>;

Pieces gpt_pieces(GptPattern pattern, const std::string& text) {
  Pieces pieces;
  for (size_t from = 0; from < text.size();) {
    const size_t end = gpt_match_end(pattern, text, from);
    pieces.push_back(text.substr(from, end - from));
    from = end;
  }
  return pieces;
}

std::string normalized(const Normalizer& normalizer, const std::string& text) {
  AlignedText aligned = AlignedText::of_utf8(text);
  normalizer.normalize(aligned);
  return aligned.text();
}

Pieces bert_pieces(const Normalizer& normalizer, const std::string& text) {
  AlignedText aligned = AlignedText::of_utf8(text);
  normalizer.normalize(aligned);
  std::vector<Piece> pieces;
  if (!aligned.empty()) pieces.push_back({aligned, std::nullopt});
  bert_pre_tokenizer()->split(pieces);
  Pieces texts;
  for (const Piece& piece : pieces) texts.push_back(piece.text.text());
  return texts;
}

TEST(TextCut, BothSidesFallIntoThePiecesOfTheWhole) {
  const auto nfc = normal_form_normalizer(NormalForm::kNfc);
  std::vector<std::pair<std::string, std::function<Pieces(const std::string&)>>> splitters;
  for (const GptPattern pattern : {GptPattern::kGpt2, GptPattern::kLlama3, GptPattern::kQwen2, GptPattern::kO200k}) {
    const std::string name = "pattern " + std::to_string(static_cast<int>(pattern));
    splitters.emplace_back(name, [=](const std::string& text) { return gpt_pieces(pattern, text); });
    splitters.emplace_back(name + " with NFC",
                           [=, &nfc](const std::string& text) { return gpt_pieces(pattern, normalized(*nfc, text)); });
  }
  for (const bool lowercase : {false, true}) {
    const std::shared_ptr<Normalizer> bert =
        bert_normalizer({.clean_text = lowercase, .strip_accents = lowercase, .lowercase = lowercase});
    splitters.emplace_back("BERT", [bert](const std::string& text) { return bert_pieces(*bert, text); });
  }
  std::mt19937 random(11);
  int num_cuts = 0;
  for (int i = 0; i < 12000; ++i) {
    const std::string text = random_text(random);
    for (size_t cut = next_cut(text, 0, allows_all); cut != kNoCut; cut = next_cut(text, cut + 1, allows_all)) {
      ++num_cuts;
      for (const auto& [name, pieces_of] : splitters) {
        Pieces parts = pieces_of(text.substr(0, cut));
        const Pieces rest = pieces_of(text.substr(cut));
        parts.insert(parts.end(), rest.begin(), rest.end());
        ASSERT_EQ(parts, pieces_of(text)) << name << ", cut at " << cut << ": " << testing::PrintToString(text);
      }
    }
  }
  EXPECT_GT(num_cuts, 10000);
}

TEST(TextCut, TextOfAnyScriptHasPlacesAllAlong) {
  for (const std::string line :
       {"Съешь же ещё этих мягких французских булок, да выпей чаю.\n", "नमस्ते दुनिया, यह एक परीक्षण है।\n",
        "هذا نص عربي طويل، بلا أرقام.\n", "안녕하세요 세계, 이것은 시험입니다.\n", "Το κείμενο αυτό, χωρίς ψηφία.\n",
        "-----\n| - | - |\n...\n\n", "東京は日本の首都です。大阪は、", "ภาษาไทย ง่าย\n", "a.b.c;d(e)[f],{g}\n"}) {
    std::string text;
    while (text.size() < 1000) text += line;
    EXPECT_GT(last_cut(text, allows_all), text.size() - 2 * line.size()) << line;
    EXPECT_LT(next_cut(text, 500, allows_all), 500 + 2 * line.size()) << line;
  }
  EXPECT_EQ(last_cut(std::string(1000, 'x'), allows_all), 0u);
  EXPECT_EQ(next_cut(std::string(1000, 'x'), 0, allows_all), kNoCut);
}

TEST(TextCut, NoPlaceDependsOnWhatComesBehindTheText) {
  std::mt19937 random(12);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = random_text(random);
    const std::string_view part = std::string_view(text).substr(0, random() % text.size());
    if (const size_t cut = last_cut(part, allows_all); cut != 0) {
      EXPECT_EQ(next_cut(text, cut, allows_all), cut) << testing::PrintToString(text);
    }
  }
}

}  // namespace
}  // namespace slm::text

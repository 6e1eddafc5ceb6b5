#include "slm/text/tokenizer_trainer.h"

#include <algorithm>
#include <set>

#include "slm/core/error.h"
#include "slm/text/bpe_trainer.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/gpt_splitter.h"
#include "slm/text/json_fields.h"
#include "slm/text/normalizer_parser.h"
#include "slm/text/pre_tokenizer.h"
#include "slm/text/tokenizer_document.h"
#include "slm/text/utf8.h"
#include "slm/text/word_counter.h"

namespace slm::text {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxWordBytes = 1 << 16;

GptPattern gpt_pattern(WordPattern pattern) {
  switch (pattern) {
    case WordPattern::kCl100k:
      return GptPattern::kLlama3;
    case WordPattern::kQwen2:
      return GptPattern::kQwen2;
    case WordPattern::kO200k:
      return GptPattern::kO200k;
    default:
      return GptPattern::kGpt2;
  }
}

}  // namespace

class TokenizerTrainer::Impl {
 public:
  explicit Impl(TokenizerTrainerOptions options) : options_(std::move(options)), document_(empty_document()) {
    if (options_.type == TokenizerType::kWordPiece) {
      if (options_.special_tokens.empty()) options_.special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
      if (!has_special("[UNK]")) throw UsageError("a WordPiece tokenizer needs [UNK] among its special tokens");
    }
    const std::set<std::string> distinct(options_.special_tokens.begin(), options_.special_tokens.end());
    if (distinct.size() != options_.special_tokens.size() || distinct.contains("")) {
      throw UsageError("special tokens must be distinct and not empty");
    }
    describe_splitting();
    const bool is_bert = options_.pattern == WordPattern::kBert;
    if (options_.type == TokenizerType::kBpe && !options_.lowercase && !is_bert) {
      splitter_.emplace(gpt_pattern(options_.pattern.value_or(WordPattern::kGpt2)));
      count_by([this](std::string_view text, WordCounts& words) { split_fast(text, words); });
      return;
    }
    const Json document = document_;  // what splits while training is what splits afterwards
    const auto fields = [&](const char* part) { return JsonFields(document[part], "tokenizer", part); };
    if (!document["normalizer"].is_null()) normalizer_ = parse_normalizer(fields("normalizer"));
    if (!document["pre_tokenizer"].is_null()) pre_tokenizer_ = parse_pre_tokenizer(fields("pre_tokenizer"));
    count_by([this](std::string_view text, WordCounts& words) { split(text, words); });
  }

  void add(std::string_view text) {
    if (options_.type != TokenizerType::kByte) counter_->add(text);
  }

  std::string finish() {
    if (counter_) words_.emplace(counter_->finish());
    switch (options_.type) {
      case TokenizerType::kBpe:
        finish_bpe();
        break;
      case TokenizerType::kWordPiece:
        finish_wordpiece();
        break;
      case TokenizerType::kChar:
        finish_char();
        break;
      case TokenizerType::kByte:
        finish_byte();
        break;
    }
    return document_.dump(2);
  }

 private:
  void count_by(WordCounter::Split split) {
    counter_ = std::make_unique<WordCounter>(std::move(split), WordCounterOptions{});
  }

  void split_fast(std::string_view text, WordCounts& words) const {
    for (size_t at = 0; at < text.size();) {
      const size_t end = splitter_->match_end(text, at);
      add_word(text.substr(at, end - at), words);
      at = end;
    }
  }

  void split(std::string_view text, WordCounts& words) const {
    AlignedText aligned = AlignedText::of_utf8(text);
    if (normalizer_) normalizer_->normalize(aligned);
    std::vector<Piece> pieces;
    if (!aligned.empty()) pieces.push_back({std::move(aligned), std::nullopt});
    if (pre_tokenizer_) pre_tokenizer_->split(pieces);
    for (const Piece& piece : pieces) add_word(piece.text.text(), words);
  }

  // A very long word, which is hardly one, counts in parts: every merge goes through the whole of a word.
  static void add_word(std::string_view word, WordCounts& words) {
    while (word.size() > kMaxWordBytes) {
      const size_t length = complete_utf8_prefix(word.substr(0, kMaxWordBytes));
      words.add(word.substr(0, length));
      word.remove_prefix(length);
    }
    words.add(word);
  }

  bool has_special(const std::string& token) const {
    const auto& tokens = options_.special_tokens;
    return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
  }

  void describe_splitting() {
    if (options_.lowercase) document_["normalizer"] = {{"type", "Lowercase"}};
    switch (options_.type) {
      case TokenizerType::kBpe:
        if (options_.pattern == WordPattern::kBert) {
          document_["pre_tokenizer"] = {
              {"type", "Sequence"},
              {"pretokenizers", OrderedJson::array({{{"type", "BertPreTokenizer"}}, byte_level(false)})}};
        } else {
          document_["pre_tokenizer"] =
              byte_level_pre_tokenizer_of(gpt_pattern(options_.pattern.value_or(WordPattern::kGpt2)));
        }
        document_["decoder"] = byte_level(true);
        break;
      case TokenizerType::kWordPiece:
        document_["normalizer"] = bert_normalizer_document(options_.lowercase);
        document_["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
        document_["decoder"] = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
        break;
      case TokenizerType::kChar:
        document_["pre_tokenizer"] = {
            {"type", "Split"}, {"pattern", {{"Regex", "[\\s\\S]"}}}, {"behavior", "Isolated"}, {"invert", false}};
        document_["decoder"] = {{"type", "Fuse"}};
        break;
      case TokenizerType::kByte:
        document_["pre_tokenizer"] = byte_level(false);
        document_["decoder"] = byte_level(false);
        break;
    }
  }

  void add_special_tokens(int64_t first_id) {
    for (const std::string& token : options_.special_tokens) {
      document_["added_tokens"].push_back(special_token(token, first_id++));
    }
  }

  void check_words() const {
    if (words_->size() == 0) throw Error("[tokenizer training] the texts have no words to learn from");
  }

  BpeTrainerOptions trainer_options() const {
    BpeTrainerOptions out;
    out.vocab_size = options_.vocab_size;
    out.min_frequency = options_.min_frequency;
    out.special_tokens = options_.special_tokens;
    out.max_token_length = options_.max_token_length;
    out.on_progress = options_.on_progress;
    return out;
  }

  static OrderedJson vocab_of(const std::vector<std::string>& tokens) {
    OrderedJson::object_t vocab;
    vocab.reserve(tokens.size());
    for (size_t id = 0; id < tokens.size(); ++id) vocab.emplace_back(tokens[id], id);
    return vocab;
  }

  void finish_bpe() {
    check_words();
    BpeTrainerOptions options = trainer_options();
    options.is_byte_level = splitter_.has_value();
    if (!splitter_) options.initial_alphabet.assign(byte_level_alphabet().begin(), byte_level_alphabet().end());
    const TrainedBpe trained = train_bpe(*words_, options);
    OrderedJson merges = OrderedJson::array();
    for (const auto& [left, right] : trained.merges) merges.push_back(OrderedJson::array({left, right}));
    document_["model"] = bpe_model_document(vocab_of(trained.tokens), std::move(merges));
    add_special_tokens(0);
  }

  void finish_wordpiece() {
    check_words();
    BpeTrainerOptions options = trainer_options();
    options.continuing_subword_prefix = "##";
    options.limit_alphabet = options_.limit_alphabet;
    const TrainedBpe trained = train_bpe(*words_, options);
    document_["model"] = {{"type", "WordPiece"},
                          {"unk_token", "[UNK]"},
                          {"continuing_subword_prefix", "##"},
                          {"max_input_chars_per_word", 100},
                          {"vocab", vocab_of(trained.tokens)}};
    add_special_tokens(0);
    const auto id_of = [&](const char* token) {
      return std::find(trained.tokens.begin(), trained.tokens.end(), token) - trained.tokens.begin();
    };
    if (has_special("[CLS]") && has_special("[SEP]")) {
      document_["post_processor"] = around_text("[CLS]", id_of("[CLS]"), "[SEP]", id_of("[SEP]"));
    }
  }

  void finish_char() {
    check_words();
    std::vector<std::string> tokens = options_.special_tokens;
    std::vector<std::string> characters;
    // UTF-8 sorts as code points do.
    words_->for_each_sorted([&](std::string_view character, int64_t) { characters.emplace_back(character); });
    for (std::string& character : characters) {
      if (!has_special(character)) tokens.push_back(std::move(character));
    }
    document_["model"] = {
        {"type", "WordLevel"}, {"vocab", vocab_of(tokens)}, {"unk_token", has_special("<unk>") ? "<unk>" : "[UNK]"}};
    add_special_tokens(0);
  }

  void finish_byte() {
    const auto& alphabet = byte_level_alphabet();
    document_["model"] = bpe_model_document(vocab_of({alphabet.begin(), alphabet.end()}), OrderedJson::array());
    add_special_tokens(static_cast<int64_t>(alphabet.size()));
  }

  TokenizerTrainerOptions options_;
  OrderedJson document_;
  std::optional<GptSplitter> splitter_;  // words are then bytes, cut by it; else pieces of the pre-tokenizer
  std::unique_ptr<Normalizer> normalizer_;
  std::unique_ptr<PreTokenizer> pre_tokenizer_;
  std::unique_ptr<WordCounter> counter_;
  std::optional<CountedWords> words_;
};

TokenizerTrainer::TokenizerTrainer(TokenizerTrainerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
TokenizerTrainer::~TokenizerTrainer() = default;
void TokenizerTrainer::add(std::string_view text) { impl_->add(text); }
std::string TokenizerTrainer::finish() { return impl_->finish(); }

}  // namespace slm::text

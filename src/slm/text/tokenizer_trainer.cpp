#include "slm/text/tokenizer_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/text/bpe_trainer.h"
#include "slm/text/byte_tokenizer.h"
#include "slm/text/tokenizer_document.h"
#include "slm/text/unigram_trainer.h"
#include "slm/text/word_counter.h"
#include "slm/text/word_splitter.h"

namespace slm::text {
namespace {

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
  Impl(TokenizerTrainerOptions options, storage::SystemCalls& calls)
      : options_(std::move(options)), document_(empty_document()) {
    if (options_.type == TokenizerType::kUnigram) {
      if (options_.special_tokens.empty()) options_.special_tokens = {"<unk>"};
      if (!has_special("<unk>")) throw UsageError("a Unigram tokenizer needs <unk> among its special tokens");
    }
    if (options_.type == TokenizerType::kWordPiece) {
      if (options_.special_tokens.empty()) options_.special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
      if (!has_special("[UNK]")) throw UsageError("a WordPiece tokenizer needs [UNK] among its special tokens");
    }
    const std::set<std::string> distinct(options_.special_tokens.begin(), options_.special_tokens.end());
    if (distinct.size() != options_.special_tokens.size() || distinct.contains("")) {
      throw UsageError("special tokens must be distinct and not empty");
    }
    describe_splitting();
    if (options_.type == TokenizerType::kByte) return;
    splitter_ = word_splitter();
    WordCounterOptions counting;
    counting.max_memory_bytes = options_.max_memory_bytes;
    counting.temporary_folder = options_.temporary_folder;
    counting.may_cut_at_lines = splitter_->may_cut_at_lines();
    counter_.emplace([this](std::string_view text, WordCounts& words) { splitter_->split(text, words); }, counting,
                     calls);
  }

  void add(std::string_view text) {
    if (counter_) counter_->add(text);
  }

  void add(int64_t num_sources, const std::function<void(int64_t, const AddText&)>& read) {
    if (counter_) return counter_->add(num_sources, read);
    for (int64_t source = 0; source < num_sources; ++source) read(source, [](std::string_view) {});
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
      case TokenizerType::kUnigram:
        finish_unigram();
        break;
      case TokenizerType::kChar:
        finish_char();
        break;
      case TokenizerType::kByte:
        finish_byte();
        break;
    }
    return json_text(document_, 2);
  }

 private:
  bool is_byte_level_bpe() const {
    return options_.type == TokenizerType::kBpe && !options_.lowercase && options_.pattern != WordPattern::kBert;
  }

  // What splits while training is what splits afterwards.
  std::unique_ptr<WordSplitter> word_splitter() const {
    if (is_byte_level_bpe()) return gpt_word_splitter(gpt_pattern(options_.pattern.value_or(WordPattern::kGpt2)));
    if (options_.type == TokenizerType::kUnigram && !options_.lowercase) return metaspace_word_splitter();
    auto pipeline = pipeline_word_splitter(document_);
    if (options_.type != TokenizerType::kWordPiece) return pipeline;
    return bert_word_splitter(options_.lowercase, std::move(pipeline));
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
      case TokenizerType::kUnigram:
        document_["pre_tokenizer"] = metaspace_pre_tokenizer_document();
        document_["decoder"] = metaspace_document();
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

  // A vocabulary that grows with its alphabet, not by learning.
  void check_room_for(size_t num_tokens, std::string_view alphabet) const {
    if (num_tokens <= static_cast<size_t>(options_.vocab_size)) return;
    throw Error(no_room_message(options_.vocab_size, options_.special_tokens.size(), alphabet, num_tokens));
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
    options.is_byte_level = is_byte_level_bpe();
    if (!options.is_byte_level)
      options.initial_alphabet.assign(byte_level_alphabet().begin(), byte_level_alphabet().end());
    const TrainedBpe trained = train_bpe(std::move(*words_), options);
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
    const TrainedBpe trained = train_bpe(std::move(*words_), options);
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

  void finish_unigram() {
    check_words();
    UnigramTrainerOptions options;
    options.num_pieces = options_.vocab_size - static_cast<int64_t>(options_.special_tokens.size());
    if (options_.limit_alphabet) options.limit_alphabet = *options_.limit_alphabet;
    if (options_.max_token_length) options.max_piece_length = *options_.max_token_length;
    options.on_progress = options_.on_progress;
    const UnigramPieces pieces = train_unigram(std::move(*words_), options);
    OrderedJson vocab = OrderedJson::array();
    for (const std::string& token : options_.special_tokens) vocab.push_back(OrderedJson::array({token, 0.0}));
    for (size_t i = 0; i < pieces.texts.size(); ++i) {
      if (!has_special(pieces.texts[i])) vocab.push_back(OrderedJson::array({pieces.texts[i], pieces.scores[i]}));
    }
    const auto& special = options_.special_tokens;
    document_["model"] = {{"type", "Unigram"},
                          {"unk_id", std::find(special.begin(), special.end(), "<unk>") - special.begin()},
                          {"vocab", std::move(vocab)},
                          {"byte_fallback", false}};
    add_special_tokens(0);
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
    check_room_for(tokens.size(), fmt::format("an alphabet of {} characters", characters.size()));
    document_["model"] = {
        {"type", "WordLevel"}, {"vocab", vocab_of(tokens)}, {"unk_token", has_special("<unk>") ? "<unk>" : "[UNK]"}};
    add_special_tokens(0);
  }

  void finish_byte() {
    const auto& alphabet = byte_level_alphabet();
    check_room_for(alphabet.size() + options_.special_tokens.size(), "256 bytes");
    document_["model"] = bpe_model_document(vocab_of({alphabet.begin(), alphabet.end()}), OrderedJson::array());
    add_special_tokens(static_cast<int64_t>(alphabet.size()));
  }

  TokenizerTrainerOptions options_;
  OrderedJson document_;
  std::unique_ptr<WordSplitter> splitter_;
  std::optional<WordCounter> counter_;
  std::optional<CountedWords> words_;
};

TokenizerTrainer::TokenizerTrainer(TokenizerTrainerOptions options, storage::SystemCalls& calls)
    : impl_(std::make_unique<Impl>(std::move(options), calls)) {}
TokenizerTrainer::~TokenizerTrainer() = default;
void TokenizerTrainer::add(std::string_view text) { impl_->add(text); }
void TokenizerTrainer::add(int64_t num_sources, const std::function<void(int64_t, const AddText&)>& read) {
  impl_->add(num_sources, read);
}
std::string TokenizerTrainer::finish() { return impl_->finish(); }

}  // namespace slm::text

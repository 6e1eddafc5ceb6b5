#include "slm/text/pipeline_tokenizer.h"

#include <algorithm>

#include "slm/text/byte_level_block_encoder.h"
#include "slm/text/pipeline_block_encoder.h"
#include "slm/text/utf8.h"

namespace slm::text {
namespace {

// Leaves what stands for the original from `place` on.
void drop_before(int64_t place, std::vector<Piece>& pieces) {
  size_t num_dropped = 0;
  for (Piece& piece : pieces) {
    const size_t begin = piece.text.first_from(place);
    if (begin == 0) break;
    if (begin < piece.text.text().size()) {
      piece.text = piece.text.slice(begin, piece.text.text().size());
      break;
    }
    ++num_dropped;
  }
  pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(num_dropped));
}

TextFrame frame_of(const Pipeline& pipeline) {
  TextFrame frame;
  frame.truncation = pipeline.length_rules.truncation();
  frame.padding = pipeline.length_rules.padding();
  if (!pipeline.post_processor) return frame;
  frame.places_first_apart = pipeline.post_processor->trims_first_apart();
  constexpr int32_t kText = -1;  // stands for the ids of a text
  Encoding encoding{.ids = {kText}, .offsets = {}};
  std::vector<std::string> token_texts;
  pipeline.post_processor->process({.encoding = encoding,
                                    .tokens = token_texts,
                                    .text = "",
                                    .has_offsets = false,
                                    .add_special_tokens = true,
                                    .is_begin = true,
                                    .is_part = false,
                                    .places_as_first = false});
  frame.around.assign(1, {});
  for (const int32_t id : encoding.ids) {
    if (id == kText) {
      frame.around.emplace_back();
    } else {
      frame.around.back().push_back(id);
    }
  }
  return frame;
}

}  // namespace

PipelineTokenizer::PipelineTokenizer(Pipeline pipeline, SpecialTokens roles, std::string json)
    : pipeline_(std::move(pipeline)),
      cuts_(pipeline_),
      roles_(roles),
      json_(std::move(json)),
      vocab_size_(pipeline_.model->vocabulary().size()) {
  for (const AddedToken& token : pipeline_.added_tokens->tokens()) vocab_size_ = std::max(vocab_size_, token.id + 1);
  frame_ = frame_of(pipeline_);
}

Encoding PipelineTokenizer::run(std::string_view text, const EncodeOptions& options, bool has_offsets) const {
  AlignedText aligned = pipeline_.aligned(text);
  std::vector<Piece> pieces =
      pipeline_.added_tokens->extract(std::move(aligned), pipeline_.normalizer.get(), options.special_in_text);
  if (pipeline_.pre_tokenizer) pipeline_.pre_tokenizer->split(pieces);
  if (options.num_before > 0) drop_before(static_cast<int64_t>(options.num_before), pieces);

  Encoding encoding;
  std::vector<std::string> token_texts;
  std::vector<ModelToken> tokens;
  for (const Piece& piece : pieces) {
    const std::string& piece_text = piece.text.text();
    tokens.clear();
    if (piece.added_token) {
      tokens.push_back({*piece.added_token, 0, piece_text.size()});
    } else {
      pipeline_.model->tokenize(piece_text, tokens);
    }
    for (const ModelToken& token : tokens) {
      encoding.ids.push_back(token.id);
      if (!has_offsets) continue;
      encoding.offsets.push_back(piece.text.original_range(token.begin, token.end));
      token_texts.push_back(piece.added_token ? piece_text
                                              : std::string(pipeline_.model->vocabulary().token(token.id)));
    }
  }

  const PostProcessor* post_processor = pipeline_.post_processor.get();
  if (options.truncate_and_pad) {
    const bool adds = post_processor != nullptr && options.add_special_tokens;
    pipeline_.length_rules.truncate(encoding, token_texts, adds ? post_processor->added_ids().size() : 0);
  }
  if (post_processor != nullptr) {
    post_processor->process({.encoding = encoding,
                             .tokens = token_texts,
                             .text = text,
                             .has_offsets = has_offsets,
                             .add_special_tokens = options.add_special_tokens,
                             .is_begin = options.num_before == 0,
                             .is_part = options.is_part || options.num_before > 0,
                             .places_as_first = options.places_as_first});
  }
  if (options.truncate_and_pad) pipeline_.length_rules.pad(encoding, has_offsets);
  return encoding;
}

bool PipelineTokenizer::encode_fast(std::string_view text, std::vector<int32_t>& ids,
                                    const EncodeOptions& options) const {
  const size_t old_size = ids.size();
  std::unique_ptr<EncoderMemory> memory = memories_.take();
  const FastEncoder* encoder = pipeline_.fast_encoder.get();
  if (options.num_before > 0 && pipeline_.rest_encoder) encoder = pipeline_.rest_encoder.get();
  text.remove_prefix(options.num_before);
  bool is_done = true;
  pipeline_.added_tokens->for_each_raw(text, options.special_in_text,
                                       [&](size_t begin, size_t end, const AddedToken* token) {
                                         if (token != nullptr) {
                                           ids.push_back(token->id);
                                         } else if (is_done) {
                                           is_done = encoder->encode(text.substr(begin, end - begin), *memory, ids);
                                         }
                                         encoder = pipeline_.fast_encoder.get();
                                       });
  memories_.give_back(std::move(memory));
  if (!is_done) ids.resize(old_size);
  return is_done;
}

void PipelineTokenizer::encode(std::string_view text, std::vector<int32_t>& ids, const EncodeOptions& options) const {
  const auto& around = frame_.around;
  const bool is_once = around.size() == 2 || options.is_part || options.num_before > 0;
  if (pipeline_.fast_encoder && !options.truncate_and_pad && is_once) {
    const size_t old_size = ids.size();
    if (options.add_special_tokens) ids.insert(ids.end(), around[0].begin(), around[0].end());
    if (encode_fast(text, ids, options)) {
      if (options.add_special_tokens) ids.insert(ids.end(), around[1].begin(), around[1].end());
      return;
    }
    ids.resize(old_size);
  }
  const Encoding encoding = run(text, options, false);
  ids.insert(ids.end(), encoding.ids.begin(), encoding.ids.end());
}

std::unique_ptr<BlockEncoder> PipelineTokenizer::block_encoder(const BlockEncoderOptions& options) const {
  return pipeline_.byte_level ? byte_level_block_encoder(pipeline_, memories_, options)
                              : pipeline_block_encoder(*this, pipeline_, options);
}

Encoding PipelineTokenizer::encode_with_offsets(std::string_view text, const EncodeOptions& options) const {
  return run(text, options, true);
}

std::optional<std::string_view> PipelineTokenizer::token_for_decoder(int32_t id) const {
  if (const AddedToken* token = pipeline_.added_tokens->find(id)) return pipeline_.added_tokens->decoded_form(*token);
  const Vocabulary& vocabulary = pipeline_.model->vocabulary();
  return vocabulary.has(id) ? std::optional(vocabulary.token(id)) : std::nullopt;
}

class PipelineTokenizer::IdDecoder final : public BlockDecoder {
 public:
  IdDecoder(const PipelineTokenizer& tokenizer, bool skip_special_tokens)
      : tokenizer_(tokenizer),
        skip_special_tokens_(skip_special_tokens),
        first_(tokenizer.pipeline_.decoder->start(text_)) {}

  void push(std::span<const int32_t> ids, std::string& text) override {
    const AddedTokens& added = *tokenizer_.pipeline_.added_tokens;
    for (const int32_t id : ids) {
      const auto token = tokenizer_.token_for_decoder(id);
      if (token && !(skip_special_tokens_ && added.is_special(*token))) push(*token);
    }
    text_.move_to(text);
  }

  void push(std::string_view token) {
    first_->put(token);
    first_->end_token();
  }

  void finish(std::string& text) override {
    first_->finish();
    text_.move_to(text);
  }

 private:
  // Collects what the last step gives.
  class Text final : public DecoderStep {
   public:
    void put(std::string_view part) override { text_ += part; }
    void end_token() override {}
    void finish() override {}
    void move_to(std::string& text) {
      text += text_;
      text_.clear();
    }

   private:
    std::string text_;
  };

  const PipelineTokenizer& tokenizer_;
  bool skip_special_tokens_;
  Text text_;
  std::unique_ptr<DecoderStep> first_;
};

std::unique_ptr<BlockDecoder> PipelineTokenizer::block_decoder(bool skip_special_tokens) const {
  return std::make_unique<IdDecoder>(*this, skip_special_tokens);
}

std::string PipelineTokenizer::decode(std::span<const int32_t> ids, const DecodeOptions& options) const {
  IdDecoder decoder(*this, options.skip_special_tokens);
  std::string text;
  decoder.push(ids, text);
  decoder.finish(text);
  return options.replace_invalid_utf8 ? replace_invalid_utf8(text) : text;
}

std::string PipelineTokenizer::id_to_token(int32_t id) const {
  if (const AddedToken* token = pipeline_.added_tokens->find(id)) return token->content;
  return std::string(pipeline_.model->vocabulary().token(id));
}

std::optional<int32_t> PipelineTokenizer::token_to_id(std::string_view token) const {
  if (const AddedToken* added = pipeline_.added_tokens->find(token)) return added->id;
  const int32_t id = pipeline_.model->vocabulary().find(token);
  return id == kNoToken ? std::nullopt : std::optional(id);
}

std::string PipelineTokenizer::token_bytes(int32_t id) const {
  const auto token = token_for_decoder(id);
  if (!token || is_special(id)) return {};
  if (const auto byte = named_byte(*token); byte && pipeline_.model->vocabulary().has(id)) return std::string(1, *byte);
  // A token may lose its space at the beginning of a text, so it is decoded behind another.
  IdDecoder decoder(*this, false);
  std::string alone, both;
  decoder.push("x");
  decoder.finish(alone);
  decoder.push("x");
  decoder.push(*token);
  decoder.finish(both);
  return both.starts_with(alone) ? both.substr(alone.size()) : both;
}

bool PipelineTokenizer::is_special(int32_t id) const {
  const AddedToken* token = pipeline_.added_tokens->find(id);
  return token != nullptr && token->is_special;
}

}  // namespace slm::text

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "slm/text/json_fields.h"
#include "slm/text/tokenizer.h"

namespace slm::text {

// What a post-processor works on.
struct PostProcessorInput {
  Encoding& encoding;
  // As many as ids where `has_offsets`, else none: the tokens as the model or, for added tokens, the text spells them.
  std::vector<std::string>& tokens;
  std::string_view text;  // the original
  bool has_offsets;       // else encoding.offsets is empty
  bool add_special_tokens;
  bool is_begin;         // of the original, not what goes on behind a cut
  bool is_part;          // EncodeOptions: only the places may change
  bool places_as_first;  // EncodeOptions
};

// Adds the tokens that go around a text, and trims offsets. Immutable; safe from several threads.
class PostProcessor {
 public:
  virtual ~PostProcessor() = default;
  virtual void process(const PostProcessorInput& input) const = 0;
  // Whether it trims the place of the first token in another way than those of others.
  virtual bool trims_first_apart() const { return false; }
  // The tokens that it adds, in their order.
  virtual std::vector<int32_t> added_ids() const { return {}; }
  // Whether it puts tokens around a text, which Hugging Face then keeps apart from the text's own: what comes behind it
  // in a Sequence sees them as several texts.
  virtual bool is_template() const { return false; }
  // Whether it does the same behind a template as it would with all tokens as one text.
  virtual bool may_follow_template() const { return true; }
};

// The post-processor that an object of a tokenizer.json describes. Throws FormatError for one that slm does not know.
std::unique_ptr<PostProcessor> parse_post_processor(const JsonFields& fields);

}  // namespace slm::text

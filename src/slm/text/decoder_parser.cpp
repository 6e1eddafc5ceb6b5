#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "slm/text/decoder.h"
#include "slm/text/normalizer_parser.h"

namespace slm::text {
namespace {

std::unique_ptr<Decoder> parse_sequence(const JsonFields& fields) {
  std::vector<std::unique_ptr<Decoder>> steps;
  for (const auto& step : fields.array("decoders")) {
    steps.push_back(parse_decoder(fields.element(step, fmt::format("decoders[{}]", steps.size()))));
  }
  return decoder_sequence(std::move(steps));
}

}  // namespace

std::unique_ptr<Decoder> parse_decoder(const JsonFields& fields) {
  const std::string type = fields.string("type");
  if (type == "ByteLevel") return byte_level_decoder();
  if (type == "WordPiece") return wordpiece_decoder(fields.string("prefix"), fields.boolean("cleanup"));
  if (type == "Metaspace") {
    const bool never =
        fields.string_or("prepend_scheme", "always") == "never" || !fields.boolean_or("add_prefix_space", true);
    return metaspace_decoder(fields.character("replacement"), !never);
  }
  if (type == "BPEDecoder") return bpe_decoder(fields.string("suffix"));
  if (type == "ByteFallback") return byte_fallback_decoder();
  if (type == "Fuse") return fuse_decoder();
  if (type == "Strip") {
    return strip_decoder(fields.character("content"), static_cast<size_t>(fields.integer("start")),
                         static_cast<size_t>(fields.integer("stop")));
  }
  if (type == "Replace") return replace_decoder(parse_pattern(fields), fields.string("content"));
  if (type == "CTC") {
    return ctc_decoder({.pad_token = fields.string("pad_token"),
                        .word_delimiter_token = fields.string("word_delimiter_token"),
                        .cleanup = fields.boolean("cleanup")});
  }
  if (type == "Sequence") return parse_sequence(fields);
  fields.fail(fmt::format("has type \"{}\", which slm does not support", type));
}

}  // namespace slm::text

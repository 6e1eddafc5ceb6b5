#pragma once

#include <memory>

#include "slm/text/json_fields.h"
#include "slm/text/normalizer.h"

namespace slm::text {

// The normalizer that an object of a tokenizer.json describes. Throws FormatError for one that slm does not know.
std::unique_ptr<Normalizer> parse_normalizer(const JsonFields& fields);

// The options of a BertNormalizer.
BertNormalizerOptions parse_bert_options(const JsonFields& fields);

// The "pattern" of a Replace or Split: {"String": s} or {"Regex": s}.
std::unique_ptr<Pattern> parse_pattern(const JsonFields& fields);

}  // namespace slm::text

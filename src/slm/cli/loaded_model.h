#pragma once

#include <memory>
#include <string>

#include "slm/cli/option_table.h"
#include "slm/cli/precision.h"
#include "slm/models/decoder.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {

// The flags of commands that use a trained model.
struct ModelFlags {
  std::string model;  // required
  std::string precision = "fp32";

  void define(OptionTable& options);
};

struct LoadedModel {
  std::unique_ptr<models::Decoder> decoder;
  std::shared_ptr<const text::Tokenizer> tokenizer;  // null where the model was trained on bare token ids
  Precision precision;
};

// Throws UsageError without --model, IoError, FormatError.
LoadedModel load_model(const ModelFlags& flags);

}  // namespace slm::cli

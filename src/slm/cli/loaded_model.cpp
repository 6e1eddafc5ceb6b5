#include "slm/cli/loaded_model.h"

#include <filesystem>

#include "slm/core/error.h"
#include "slm/formats/model_folder.h"
#include "slm/storage/folder.h"

namespace slm::cli {

void ModelFlags::define(OptionTable& options) {
  options.heading("Model");
  options.add("model", model, "Folder that 'slm train' wrote, or a checkpoint in it. Required.");
  options.add_choice("precision", precision, {"auto", "fp32", "bf16"}, "Precision to compute in.");
}

LoadedModel load_model(const ModelFlags& flags) {
  if (flags.model.empty()) throw UsageError("--model is required: the folder that 'slm train --model_dir' wrote");
  LoadedModel loaded;
  loaded.precision = choose_precision(flags.precision);
  loaded.decoder = formats::load_model(flags.model, loaded.precision.compute_type);
  const std::filesystem::path folder = std::filesystem::path(formats::find_config(flags.model)).parent_path();
  const std::string tokenizer = (folder / formats::kTokenizerFile).string();
  if (storage::exists(tokenizer)) loaded.tokenizer = text::load_tokenizer(tokenizer);
  return loaded;
}

}  // namespace slm::cli

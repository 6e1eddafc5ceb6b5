#include "slm/cli/loaded_model.h"

#include <fmt/format.h>

#include <filesystem>

#include "slm/core/error.h"
#include "slm/formats/model_folder.h"
#include "slm/storage/folder.h"

namespace slm::cli {
namespace {

// Characters and bytes set the size of the model that is trained on them; others may know fewer tokens than the model.
void check_fits(const std::string& path, const text::Tokenizer& tokenizer, int64_t model_size) {
  const int64_t size = tokenizer.vocab_size();
  const bool sets_the_size = tokenizer.kind() == "char" || tokenizer.kind() == "byte";
  if (sets_the_size ? size == model_size : size <= model_size) return;
  throw Error(
      fmt::format("{}: has {} tokens, the model beside it has {}: put the tokenizer.json there that the model was "
                  "trained with",
                  path, size, model_size));
}

}  // namespace

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
  if (!storage::exists(tokenizer)) return loaded;
  loaded.tokenizer = text::load_tokenizer(tokenizer);
  check_fits(tokenizer, *loaded.tokenizer, loaded.decoder->config().vocab_size);
  return loaded;
}

}  // namespace slm::cli

#include "slm/cli/presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "slm/core/error.h"

namespace slm::cli {

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> names = {"default", "openwebtext"};
  return names;
}

std::vector<std::string> preset_arguments(std::string_view name) {
  if (name == "default") return {};
  if (name == "openwebtext") {
    return {"--vocab_size=30522", "--embed_dim=512", "--num_heads=8",     "--num_layers=6",   "--hidden_dim=2048",
            "--batch_size=64",    "--epochs=10",     "--optimizer=adamw", "--precision=auto", "--learning_rate=5e-5"};
  }
  throw UsageError(fmt::format("--preset: got '{}', expected one of {}", name, fmt::join(preset_names(), ", ")));
}

std::string preset_text_tokenizer(std::string_view name) {
  return name == "openwebtext" ? "bert-base-uncased" : "char";
}

}  // namespace slm::cli

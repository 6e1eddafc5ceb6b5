#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "slm/formats/tensor_file.h"
#include "slm/models/decoder.h"
#include "slm/nn/parameter_part.h"

namespace slm::test {

// What scripts/make_model_fixtures.py recorded of one model in PyTorch or transformers.
class ReferenceRun {
 public:
  // "classic", "gpt2", "llama" or "qwen3", from tests/fixtures/models or the folder that SLM_MODEL_FIXTURES names.
  explicit ReferenceRun(const std::string& name);

  const nlohmann::json& settings() const { return settings_; }
  models::DecoderConfig config() const;

  // A decoder with the recorded first parameters.
  std::unique_ptr<models::Decoder> make_decoder(nn::ComputeType compute_type) const;

  Tensor read(const std::string& name) const { return file_->read(file_->at(name)); }
  // Tokens or targets of one micro-batch: (B, T) int32.
  Tensor micro_batch(const std::string& name, int64_t index) const;

  // Calls check(part's name, part of tensor_of(parameter), recorded `prefix` + name) for every part of every parameter.
  template <class TensorOf, class Check>
  void for_each_part(const models::Decoder& decoder, const std::string& prefix, TensorOf&& tensor_of,
                     Check&& check) const {
    for (const nn::Parameter* parameter : decoder.parameters()) {
      for (const nn::ParameterPart& part : parameter->parts) {
        if (part.is_alias) continue;
        check(part.name, nn::extract_part(tensor_of(*parameter), part), read(prefix + part.name));
      }
    }
  }

 private:
  std::unique_ptr<formats::TensorFile> file_;
  nlohmann::json settings_;
};

}  // namespace slm::test

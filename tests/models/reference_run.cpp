#include "models/reference_run.h"

#include <cstdlib>

#include "slm/formats/safetensors.h"

namespace slm::test {

ReferenceRun::ReferenceRun(const std::string& name) {
  const char* folder = std::getenv("SLM_MODEL_FIXTURES");
  const std::string root = folder != nullptr ? folder : std::string(SLM_SOURCE_DIR) + "/tests/fixtures/models";
  file_ = formats::open_safetensors(root + "/" + name + ".safetensors");
  settings_ = nlohmann::json::parse(file_->metadata().at("config"));
}

models::DecoderConfig ReferenceRun::config() const {
  models::DecoderConfig config = models::family_defaults(models::parse_family(settings_["family"].get<std::string>()));
  config.vocab_size = settings_["vocab_size"];
  config.embed_dim = settings_["embed_dim"];
  config.num_heads = settings_["num_heads"];
  config.num_kv_heads = settings_["num_kv_heads"];
  config.head_dim = settings_["head_dim"];
  config.num_layers = settings_["num_layers"];
  config.hidden_dim = settings_["hidden_dim"];
  config.max_seq_len = settings_["max_seq_len"];
  config.norm_eps = settings_["norm_eps"];
  config.rope_theta = settings_["rope_theta"];
  config.tie_embeddings = settings_["tie_embeddings"];
  config.qk_norm = settings_["qk_norm"];
  return config;
}

std::unique_ptr<models::Decoder> ReferenceRun::make_decoder(nn::ComputeType compute_type) const {
  auto decoder = std::make_unique<models::Decoder>(config(), compute_type, /*seed=*/0);
  for (nn::Parameter* parameter : decoder->parameters()) {
    for (const nn::ParameterPart& part : parameter->parts) {
      if (!part.is_alias) nn::insert_part(parameter->master, part, read("param." + part.name));
    }
    nn::refresh_compute_copy(*parameter);
  }
  return decoder;
}

Tensor ReferenceRun::micro_batch(const std::string& name, int64_t index) const {
  const Tensor all = read(name);
  return all.slice(index, 1).reshape({all.shape()[1], all.shape()[2]});
}

}  // namespace slm::test

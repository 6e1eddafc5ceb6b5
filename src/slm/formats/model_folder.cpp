#include "slm/formats/model_folder.h"

#include <fmt/format.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/formats/state_dict.h"
#include "slm/formats/tensor_file.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"

namespace slm::formats {
namespace {

using nlohmann::json;

constexpr const char* kAdvice = "put the config.json there that 'slm train' wrote with the model";

// Takes over object[key] where it is there.
template <class T>
void read_key(const json& object, const char* key, const std::string& path, T& value) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return;
  const bool is_right_kind = std::is_same_v<T, bool>      ? found->is_boolean()
                             : std::is_same_v<T, double>  ? found->is_number()
                             : std::is_same_v<T, int64_t> ? found->is_number_integer()
                                                          : found->is_string();
  if (!is_right_kind) {
    constexpr const char* kExpected = std::is_same_v<T, bool>      ? "true or false"
                                      : std::is_same_v<T, double>  ? "a number"
                                      : std::is_same_v<T, int64_t> ? "a whole number"
                                                                   : "a text";
    throw FormatError(
        path, FormatError::kNoOffset,
        fmt::format("'{}' has the value {}, expected {}; {}", key, json_text(*found), kExpected, kAdvice));
  }
  value = found->get<T>();
}

template <class E, class Parse>
void read_word(const json& object, const char* key, const std::string& path, E& value, Parse&& parse) {
  std::string word(models::name(value));
  read_key(object, key, path, word);
  value = parse(word);
}

}  // namespace

std::string to_json(const models::DecoderConfig& config) {
  return json_text(json{{"family", models::name(config.family)},
                        {"vocab_size", config.vocab_size},
                        {"embed_dim", config.embed_dim},
                        {"num_heads", config.num_heads},
                        {"num_kv_heads", config.num_kv_heads},
                        {"head_dim", config.head_dim},
                        {"num_layers", config.num_layers},
                        {"hidden_dim", config.hidden_dim},
                        {"max_seq_len", config.max_seq_len},
                        {"norm", models::name(config.norm)},
                        {"norm_placement", models::name(config.norm_placement)},
                        {"position", models::name(config.position)},
                        {"activation", models::name(config.activation)},
                        {"bias", config.has_bias},
                        {"output_bias", config.has_output_bias},
                        {"tie_embeddings", config.tie_embeddings},
                        {"qk_norm", config.qk_norm},
                        {"norm_eps", config.norm_eps},
                        {"rope_theta", config.rope_theta},
                        {"dropout", config.dropout}},
                   2);
}

models::DecoderConfig parse_decoder_config(const std::string& text, const std::string& path) {
  const json object = parse_json(text);
  if (!object.is_object())
    throw FormatError(path, FormatError::kNoOffset, fmt::format("is not a JSON object; {}", kAdvice));
  try {
    models::Family family = models::Family::kClassic;
    read_word(object, "family", path, family, models::parse_family);
    models::DecoderConfig config = models::family_defaults(family);
    read_key(object, "vocab_size", path, config.vocab_size);
    read_key(object, "embed_dim", path, config.embed_dim);
    read_key(object, "num_heads", path, config.num_heads);
    config.num_kv_heads = config.num_heads;
    read_key(object, "num_kv_heads", path, config.num_kv_heads);
    if (config.num_heads > 0) config.head_dim = config.embed_dim / config.num_heads;
    read_key(object, "head_dim", path, config.head_dim);
    read_key(object, "num_layers", path, config.num_layers);
    read_key(object, "hidden_dim", path, config.hidden_dim);
    read_key(object, "max_seq_len", path, config.max_seq_len);
    read_word(object, "norm", path, config.norm, models::parse_norm);
    read_word(object, "norm_placement", path, config.norm_placement, models::parse_norm_placement);
    read_word(object, "position", path, config.position, models::parse_position);
    read_word(object, "activation", path, config.activation, models::parse_activation);
    read_key(object, "bias", path, config.has_bias);
    read_key(object, "output_bias", path, config.has_output_bias);
    read_key(object, "tie_embeddings", path, config.tie_embeddings);
    read_key(object, "qk_norm", path, config.qk_norm);
    read_key(object, "norm_eps", path, config.norm_eps);
    read_key(object, "rope_theta", path, config.rope_theta);
    read_key(object, "dropout", path, config.dropout);
    models::validate(config);
    return config;
  } catch (const UsageError& error) {  // here the file is wrong, not the command line
    throw FormatError(path, FormatError::kNoOffset, error.what());
  }
}

std::string find_config(const std::string& folder) {
  const std::string own = storage::join(folder, kConfigFile);
  if (storage::exists(own)) return own;
  throw IoError(own, "cannot open", ENOENT, "--model takes a folder that 'slm train' wrote, or a checkpoint in it");
}

std::unique_ptr<models::Decoder> load_model(const std::string& folder, nn::ComputeType compute_type) {
  const std::string config_path = find_config(folder);
  const models::DecoderConfig config = parse_decoder_config(storage::read_file(config_path), config_path);
  const std::string checkpoint = storage::join(folder, "model.safetensors");
  const std::string path = storage::exists(checkpoint) ? checkpoint : storage::join(folder, kModelFile);
  const std::unique_ptr<TensorFile> file = open_tensor_file(path);
  auto decoder = std::make_unique<models::Decoder>(config, compute_type, /*seed=*/0);
  load_state_dict(*file, decoder->parameters());
  return decoder;
}

}  // namespace slm::formats

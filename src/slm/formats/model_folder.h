#pragma once

#include <memory>
#include <string>

#include "slm/models/decoder.h"

namespace slm::formats {

// Files of a trained model in its folder.
inline constexpr const char* kModelFile = "small_language_model.pt";
inline constexpr const char* kConfigFile = "config.json";
inline constexpr const char* kTokenizerFile = "tokenizer.json";

// The model's part of config.json: a JSON object whose keys are the command line's names.
std::string to_json(const models::DecoderConfig& config);

// Reads them back from config.json, which may hold other keys. Keys that are missing have the family's defaults.
// Throws FormatError that names the key with a value that cannot be; `path` is for messages.
models::DecoderConfig parse_decoder_config(const std::string& json, const std::string& path);

// The model in a folder that training wrote, or a checkpoint in it: config.json with small_language_model.pt or
// model.safetensors. Throws IoError, FormatError.
std::unique_ptr<models::Decoder> load_model(const std::string& folder, nn::ComputeType compute_type);

// The path of the config.json in a model's folder or checkpoint. Throws IoError where there is none.
std::string find_config(const std::string& folder);

}  // namespace slm::formats

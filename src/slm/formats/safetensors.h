#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "slm/formats/named_tensor.h"
#include "slm/formats/tensor_file.h"
#include "slm/storage/byte_sink.h"

// safetensors (https://github.com/huggingface/safetensors): an 8-byte little-endian header length, a JSON header, and
// the tensors' bytes without gaps. See docs/formats.md.
namespace slm::formats {

using Metadata = std::map<std::string, std::string>;

// transformers asks for {"format": "pt"}.
inline const Metadata kDefaultMetadata = {{"format", "pt"}};

// Whether the first bytes can be those of a safetensors file.
bool is_safetensors(std::span<const std::byte> beginning);

std::unique_ptr<TensorFile> open_safetensors(const std::string& path);

// `owner` keeps `bytes` alive. Throws FormatError.
std::unique_ptr<TensorFile> parse_safetensors(const std::string& path, std::span<const std::byte> bytes,
                                              std::shared_ptr<const void> owner);

// Writes a file atomically, tensor by tensor. Larger elements come first in the file, so that each tensor is aligned to
// its elements. Names must differ. Throws IoError.
void write_safetensors(const std::string& path, std::span<const OutputTensor> tensors,
                       const Metadata& metadata = kDefaultMetadata);
void write_safetensors(const std::string& path, std::span<const NamedTensor> tensors,
                       const Metadata& metadata = kDefaultMetadata);
void write_safetensors(storage::ByteSink& sink, std::span<const OutputTensor> tensors, const Metadata& metadata);

}  // namespace slm::formats

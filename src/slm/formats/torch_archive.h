#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "slm/formats/named_tensor.h"
#include "slm/formats/tensor_file.h"
#include "slm/formats/zip_archive.h"
#include "slm/storage/byte_sink.h"

// The files of torch.save since PyTorch 1.6: a zip archive with a pickle (data.pkl) and one record per storage. See
// docs/formats.md.
namespace slm::formats {

// Whether the first bytes are those of a file of torch.save, be it of a format that is too old to be read.
bool is_torch_file(std::span<const std::byte> beginning);

// A state dict, a list of tensors or a single tensor, as torch_state_dict.h describes.
std::unique_ptr<TensorFile> open_torch_archive(const std::string& path);

// `owner` keeps `bytes` alive. Throws FormatError.
std::unique_ptr<TensorFile> parse_torch_archive(const std::string& path, std::span<const std::byte> bytes,
                                                std::shared_ptr<const void> owner);

// Writes an OrderedDict of tensors atomically, tensor by tensor; torch.load(path, weights_only=True) reads it. Tensors
// that share their bytes are one storage. Names must differ. Throws IoError.
void write_torch_archive(const std::string& path, std::span<const OutputTensor> tensors);
void write_torch_archive(const std::string& path, std::span<const NamedTensor> tensors);
void write_torch_archive(storage::ByteSink& sink, std::span<const OutputTensor> tensors,
                         int64_t zip64_from = ZipWriter::kZip64From);

// Writes a single 1-D tensor of int64, as torch.save(tensor, path) does, atomically and piece by piece.
// read(begin, values) gives the elements from `begin` on; it is asked for all of them twice. Throws IoError.
void write_int64_tensor(const std::string& path, int64_t num_elements,
                        const std::function<void(int64_t begin, std::span<int64_t> values)>& read);

}  // namespace slm::formats

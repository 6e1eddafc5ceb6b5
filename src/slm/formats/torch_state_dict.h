#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/formats/named_tensor.h"
#include "slm/formats/pickle.h"
#include "slm/formats/tensor_file.h"

// The pickle inside a torch archive: a dictionary of calls that rebuild tensors from storages, which are records beside
// it.
namespace slm::formats {

// Whether `global` is one that a pickled state dict names.
bool is_state_dict_global(std::string_view global);

struct StorageRecord {
  int64_t index = 0;  // among the archive's records
  int64_t offset = 0;
  int64_t size_bytes = 0;
};

// The record of the storage with this key ("0", "1", ...), if there is one.
using FindStorage = std::function<std::optional<StorageRecord>(std::string_view key)>;

// The tensors of a pickled state dict, list of tensors (named "0", "1", ...), or single tensor (named "tensor"). Where
// a dictionary has no tensors itself but a dictionary under state_dict, model_state_dict or model, those of that.
// Whatever is no tensor is left out. Each tensor lies inside its storage. Throws FormatError.
std::vector<TensorEntry> read_state_dict(const std::string& path, const Pickle& pickle,
                                         const FindStorage& find_storage);

// An OrderedDict of tensors as torch.save pickles it: tensor i is all of the storage with key keys[i].
std::string pickle_state_dict(std::span<const OutputTensor> tensors, std::span<const int64_t> keys);

// One contiguous tensor on its own, all of the storage with key 0. Only what `tensor` says about itself is used.
std::string pickle_tensor(const OutputTensor& tensor);

}  // namespace slm::formats

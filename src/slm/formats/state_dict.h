#pragma once

#include <span>
#include <vector>

#include "slm/formats/named_tensor.h"
#include "slm/formats/tensor_file.h"
#include "slm/nn/parameter.h"

namespace slm::formats {

// What a state dict of these parameters holds, under the names and in the shapes that PyTorch and Hugging Face know:
// one tensor per part, from the fp32 masters. The tensors refer to the parameters, which must outlive them.
enum class Aliases { kInclude, kLeaveOut };  // the second names of tied weights
std::vector<OutputTensor> state_dict(std::span<nn::Parameter* const> parameters, Aliases aliases);

// Fills the parameters from a file that holds exactly them (second names of tied weights may be there or not). Throws
// FormatError that names the first tensor that is missing, of another shape, or not part of the model.
void load_state_dict(const TensorFile& file, std::span<nn::Parameter* const> parameters);

}  // namespace slm::formats

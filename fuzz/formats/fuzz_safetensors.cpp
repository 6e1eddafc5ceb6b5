#include "read_tensors.h"
#include "slm/formats/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slm::fuzz::read_tensors(data, size, slm::formats::parse_safetensors);
  return 0;
}

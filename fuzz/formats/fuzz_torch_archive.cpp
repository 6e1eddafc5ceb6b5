#include "read_tensors.h"
#include "slm/formats/pickle.h"
#include "slm/formats/torch_archive.h"
#include "slm/formats/torch_state_dict.h"

// The whole archive, whose checksums stop most changes to the pickle, and then the same bytes as the pickle alone, with
// storages of 64 bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slm::fuzz::read_tensors(data, size, slm::formats::parse_torch_archive);
  try {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto pickle = slm::formats::parse_pickle("fuzzed", 0, bytes, slm::formats::is_state_dict_global);
    const auto find = [](std::string_view) { return slm::formats::StorageRecord{0, 0, 64}; };
    for (const auto& entry : slm::formats::read_state_dict("fuzzed", pickle, find)) {
      if (entry.size_bytes() > 64) std::abort();
    }
  } catch (const slm::FormatError&) {
  }
  return 0;
}

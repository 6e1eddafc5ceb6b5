// Whatever the bytes are, the documents must not depend on where blocks end.
#include <cstddef>
#include <cstdint>
#include <string>

#include "corpus_of_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string header = "x,a,y\n";
  std::string text = header + std::string(reinterpret_cast<const char*>(data), size);
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  const auto make = [](const slm::data::CutterArguments& arguments) {
    return slm::data::make_csv_cutter(arguments, ',');
  };
  if (slm::data::documents_of(bytes, 1, make) != slm::data::documents_of(bytes, 1 << 20, make)) std::abort();
  return 0;
}

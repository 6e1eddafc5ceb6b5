// Reads and writes model files for tests/peers/formats_test.py.
//   formats_peer_tool convert IN OUT [ZIP64_FROM]   all tensors of IN into OUT (.pt or .safetensors)
//   formats_peer_tool list IN                       name, type, shape and sum of each tensor, tab-separated
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "slm/core/error.h"
#include "slm/formats/safetensors.h"
#include "slm/formats/torch_archive.h"
#include "slm/storage/atomic_file.h"

namespace {

using namespace slm;

void convert(const std::string& in, const std::string& out, int64_t zip64_from) {
  const auto file = formats::open_tensor_file(in);
  std::vector<formats::OutputTensor> outputs;
  for (const formats::TensorEntry& entry : file->entries()) {
    outputs.push_back({.name = entry.name, .dtype = entry.dtype(), .shape = entry.shape, .content = [&file, &entry] {
                         return file->read(entry);
                       }});
  }
  if (!out.ends_with(".pt")) return formats::write_safetensors(out, outputs);
  storage::AtomicFile archive(out);
  formats::write_torch_archive(archive, outputs, zip64_from);
  archive.commit();
}

double sum_of(const formats::TensorFile& file, const formats::TensorEntry& entry) {
  double sum = 0;
  if (is_floating_point(entry.dtype())) {
    for (const double value : file.read(entry, DType::kFloat64).span<double>()) sum += value;
  } else {
    for (const int64_t value : file.read(entry, DType::kInt64).span<int64_t>()) sum += static_cast<double>(value);
  }
  return sum;
}

void list(const std::string& in) {
  const auto file = formats::open_tensor_file(in);
  for (const formats::TensorEntry& entry : file->entries()) {
    fmt::print("{}\t{}\t{}\t{}\n", entry.name, name(entry.type), to_string(entry.shape), sum_of(*file, entry));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  try {
    if (command == "convert" && argc >= 4) {
      convert(argv[2], argv[3], argc > 4 ? std::atoll(argv[4]) : formats::ZipWriter::kZip64From);
    } else if (command == "list" && argc == 3) {
      list(argv[2]);
    } else {
      return 2;
    }
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}

#include "slm/cli/data_options.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "slm/cli/hub_environment.h"
#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/core/quantities.h"
#include "slm/formats/tensor_file.h"
#include "slm/storage/address_name.h"
#include "slm/storage/folder.h"

namespace slm::cli {

data::TokenSource open_token_tensor(const std::string& path) {
  const std::unique_ptr<formats::TensorFile> file = formats::open_tensor_file(path, "token ids");
  if (file->entries().size() != 1) {
    throw FormatError(path, FormatError::kNoOffset,
                      fmt::format("holds {} tensors, expected one 1-D or 2-D tensor of token ids; is it a model?",
                                  file->entries().size()));
  }
  const formats::TensorEntry& entry = file->entries()[0];
  const bool is_of_ids = entry.type == formats::ElementType::kInt32 || entry.type == formats::ElementType::kInt64;
  if (!is_of_ids || entry.shape.rank() < 1 || entry.shape.rank() > 2) {
    throw FormatError(path, FormatError::kNoOffset,
                      fmt::format("holds a {} tensor of shape {}, expected token ids as int32 or int64 in one or two "
                                  "dimensions",
                                  formats::name(entry.type), to_string(entry.shape)));
  }
  const auto tensor = std::make_shared<const Tensor>(file->read(entry, DType::kInt64));
  const auto ids = std::as_bytes(tensor->span<int64_t>());
  return {tensor, ids, data::TokenType::kInt64, path, /*is_mapped=*/false};
}

data::DataOptions data_options(const std::string& data, const std::string& model_dir, ProgressBar& bar) {
  data::DataOptions options;
  options.data = data;
  options.open_tensor = open_token_tensor;
  options.cache_dir = storage::join(model_dir, "data-cache");
  options.corpus.hub = hub_settings_from_environment();
  options.num_threads = num_threads();
  options.progress = [&bar](int64_t done, int64_t total) {
    bar.update(done, total, fmt::format("{} of {}", format_bytes(done), format_bytes(total)));
  };
  options.prepared = [&bar](const std::string& corpus, const data::PreparedIndex& index) {
    bar.hide();
    const std::string name = storage::address_name(corpus);
    for (const auto& skipped : index.skipped) {
      std::cerr << fmt::format("slm: warning: {}: skipped, {}: {}, the first in {}\n", name, skipped.reason,
                               with_thousands(skipped.count), skipped.first);
    }
    if (index.invalid_utf8_places == 0) return;
    std::cerr << fmt::format("slm: warning: {}: not UTF-8, replaced by U+FFFD: {}\n", name,
                             counted(index.invalid_utf8_places, "place"));
  };
  return options;
}

}  // namespace slm::cli

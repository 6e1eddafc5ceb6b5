#include "slm/cli/info_command.h"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "slm/cli/console_lines.h"
#include "slm/cli/machine_peak.h"
#include "slm/cli/prepared_report.h"
#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/core/parallel.h"
#include "slm/core/quantities.h"
#include "slm/data/prepared_corpus.h"
#include "slm/data/token_shard.h"
#include "slm/formats/identify_file.h"
#include "slm/formats/model_folder.h"
#include "slm/formats/tensor_file.h"
#include "slm/kernels/isa.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"
#include "slm/text/tokenizer.h"

namespace slm::cli {
namespace {

using formats::FileKind;
using nlohmann::json;

json describe_machine() {
  json peaks = {{"fp32", measure_peak_gflops(DType::kFloat32)}};
  if (kernels::has_native_bf16()) peaks["bf16"] = measure_peak_gflops(DType::kBFloat16);
  return {{"kind", "machine"},        {"devices", {"cpu"}},   {"isa", kernels::isa_description()},
          {"threads", num_threads()}, {"peak_gflops", peaks}, {"bandwidth_gb_s", measure_bandwidth_gb_s()}};
}

json describe_tensors(const std::string& path) {
  const auto file = formats::open_tensor_file(path);
  json tensors = json::array();
  int64_t num_elements = 0;
  for (const formats::TensorEntry& entry : file->entries()) {
    tensors.push_back({{"name", entry.name},
                       {"dtype", formats::name(entry.type)},
                       {"shape", std::vector<int64_t>(entry.shape.begin(), entry.shape.end())}});
    num_elements += entry.shape.num_elements();
  }
  return {{"format", file->format()}, {"num_elements", num_elements}, {"tensors", tensors}};
}

json describe_tokenizer(const std::string& path) {
  const auto tokenizer = text::load_tokenizer(path);
  json special = json::object();
  for (int32_t id = 0; id < tokenizer->vocab_size(); ++id) {
    if (tokenizer->is_special(id)) special[tokenizer->id_to_token(id)] = id;
  }
  return {{"type", tokenizer->kind()}, {"vocab_size", tokenizer->vocab_size()}, {"special_tokens", special}};
}

// A run's folder, or a checkpoint of one.
json describe_run(const std::string& path) {
  const std::string config_path = formats::find_config(path);
  const std::string config = storage::read_file(config_path);
  const models::DecoderConfig decoder = formats::parse_decoder_config(config, config_path);
  json result = {{"num_parameters", models::num_parameters(decoder)}, {"config", parse_json(config)}};
  const std::string state = storage::join(path, "train_state.json");
  if (storage::exists(state)) result["train_state"] = parse_json(storage::read_file(state));
  const std::string checkpoints = storage::join(path, "checkpoints");
  if (storage::is_directory(checkpoints)) {
    json names = json::array();
    for (const storage::FolderEntry& entry : storage::list_folder(checkpoints)) names.push_back(entry.name);
    result["checkpoints"] = names;
  }
  return result;
}

json describe_shard(const std::string& path) {
  const data::TokenSource source = data::open_token_shard(path);
  json first = json::array();
  for (int64_t i = 0; i < std::min<int64_t>(source.size(), 16); ++i) first.push_back(source[i]);
  return {{"tokens", source.size()}, {"first_tokens", first}};
}

json describe_prepared(const std::string& path, bool verify) {
  const data::PreparedCorpus corpus = data::open_prepared_corpus(path);
  json result = prepared_json(corpus.index);
  result.update(describe_documents(corpus));
  if (const auto speed = read_speed(path)) {
    result["mb_per_s"] = speed->mb_per_s;
    result["seconds"] = speed->seconds;
  }
  if (verify) result["num_verified_files"] = data::check_checksums(path, corpus.index);
  return result;
}

json describe_path(const std::string& path, bool verify) {
  const FileKind kind = formats::identify_file(path);
  json result;
  switch (kind) {
    case FileKind::kMissing:
      throw IoError(path, "cannot open", ENOENT, "'slm info' without a path describes this machine");
    case FileKind::kTorchArchive:
    case FileKind::kSafetensors:
      result = describe_tensors(path);
      break;
    case FileKind::kTokenizer:
      result = describe_tokenizer(path);
      break;
    case FileKind::kTokenShard:
      result = describe_shard(path);
      break;
    case FileKind::kRun:
    case FileKind::kCheckpoint:
      result = describe_run(path);
      break;
    case FileKind::kPreparedData:
      result = describe_prepared(path, verify);
      break;
    default:
      // Its name says tensors, its beginning does not: the reader says what is wrong with it.
      if (path.ends_with(".pt") || path.ends_with(".safetensors")) formats::open_tensor_file(path);
      result = json::object();
  }
  result["path"] = path;
  result["kind"] = formats::describe(kind);
  if (!storage::is_directory(path)) result["size_bytes"] = storage::file_size(path);
  return result;
}

std::string text_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? fmt::format("{:.6g}", value.get<double>()) : json_text(value);
}

// Indented "key: value" lines.
void print_lines(const json& value, const std::string& indent) {
  for (const auto& [key, member] : value.items()) {
    if (key == "tensors") {
      for (const json& tensor : member) {
        std::cout << fmt::format("{}{:<60} {:<9} {}\n", indent, tensor["name"].get<std::string>(),
                                 tensor["dtype"].get<std::string>(), json_text(tensor["shape"]));
      }
    } else if (member.is_object()) {
      std::cout << indent << key << ":\n";
      print_lines(member, indent + "  ");
    } else if (!member.is_null()) {
      std::cout << indent << key << ": " << text_of(member) << '\n';
    }
  }
}

class InfoCommand final : public Command {
 public:
  std::string name() const override { return "info"; }
  std::string summary() const override { return "What a model, checkpoint, shard or tokenizer is; or this machine."; }
  std::string example() const override { return "slm info runs/stories"; }

  void define_options(OptionTable& options) override {
    options.add_positional("PATH", paths_, "What to look at; without it, this machine.", 0, 1);
    options.add_flag("json", json_, "Print one JSON object and nothing else.");
    options.add_flag("verify", verify_,
                     "Also compare every file of a prepared corpus with its checksum, which reads them all.");
  }

  int run(const OptionTable&) override {
    const bool is_prepared = !paths_.empty() && data::is_prepared_folder(paths_[0]);
    if (verify_ && !is_prepared) throw UsageError("--verify: takes a folder that 'slm prepare' wrote");
    if (is_prepared && !json_) {
      print_prepared(paths_[0]);
      return kExitDone;
    }
    json result = paths_.empty() ? describe_machine() : describe_path(paths_[0], verify_);
    if (json_) {
      std::cout << json_text(result) << std::endl;
    } else {
      print_lines(result, "");
      std::cout << std::flush;
    }
    return kExitDone;
  }

 private:
  void print_prepared(const std::string& path) const {
    const data::PreparedCorpus corpus = data::open_prepared_corpus(path);
    const auto speed = read_speed(path);
    std::cout << format_prepared(corpus.index) << (speed ? format_speed(*speed) : "")
              << format_documents(describe_documents(corpus)) << std::flush;
    if (verify_) {
      std::cout << fmt::format("checksums: those of all {} are right\n",
                               counted(data::check_checksums(path, corpus.index), "file"));
    }
  }

  std::vector<std::string> paths_;
  bool json_ = false;
  bool verify_ = false;
};

}  // namespace

std::unique_ptr<Command> make_info_command() { return std::make_unique<InfoCommand>(); }

}  // namespace slm::cli

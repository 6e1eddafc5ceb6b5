#include "slm/data/hub_dataset.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "slm/core/error.h"
#include "slm/data/file_kind.h"
#include "slm/storage/path_pattern.h"

namespace slm::data {
namespace {

using storage::HubFile;
constexpr size_t kMaxHeadBytes = size_t{1} << 20;

struct Config {
  std::string name;
  bool is_default = false;
  std::map<std::string, std::vector<std::string>> patterns;  // by split
};

std::vector<std::string> strings_of(const YAML::Node& node) {
  std::vector<std::string> strings;
  if (node.IsScalar()) strings.push_back(node.as<std::string>());
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) {
      if (item.IsScalar()) strings.push_back(item.as<std::string>());
    }
  }
  return strings;
}

Config parse_config(const YAML::Node& node) {
  Config config;
  config.name = node["config_name"].as<std::string>("default");
  config.is_default = node["default"].as<bool>(false) || config.name == "default";
  const YAML::Node data_files = node["data_files"];
  if (!data_files) return config;
  if (data_files.IsSequence() && data_files.size() > 0 && data_files[0].IsMap()) {
    for (const YAML::Node& item : data_files) {
      if (!item.IsMap()) continue;
      auto& patterns = config.patterns[item["split"].as<std::string>("train")];
      for (std::string& pattern : strings_of(item["path"])) patterns.push_back(std::move(pattern));
    }
  } else if (data_files.IsMap()) {
    for (const auto& item : data_files) config.patterns[item.first.as<std::string>()] = strings_of(item.second);
  } else {
    config.patterns["train"] = strings_of(data_files);
  }
  return config;
}

// What the head between two lines of --- says; nothing where it cannot be understood.
std::vector<Config> parse_readme(std::string_view readme) {
  if (!readme.starts_with("---")) return {};
  const size_t end = readme.substr(0, kMaxHeadBytes).find("\n---", 3);
  if (end == std::string_view::npos) return {};
  std::vector<Config> configs;
  try {
    const YAML::Node head = YAML::Load(std::string(readme.substr(3, end - 3)));
    if (!head.IsMap() || !head["configs"] || !head["configs"].IsSequence()) return {};
    for (const YAML::Node& node : head["configs"]) {
      if (node.IsMap()) configs.push_back(parse_config(node));
    }
  } catch (const YAML::Exception&) {
    return {};
  }
  std::erase_if(configs, [](const Config& config) { return config.patterns.empty(); });
  return configs;
}

const Config* choose_config(const std::vector<Config>& configs, const std::string& subset) {
  const auto has = [&](const auto& wanted) {
    const auto found = std::find_if(configs.begin(), configs.end(), wanted);
    return found == configs.end() ? nullptr : &*found;
  };
  if (!subset.empty()) return has([&](const Config& config) { return config.name == subset; });
  if (const Config* config = has([](const Config& c) { return c.is_default; })) return config;
  return configs.size() == 1 ? &configs[0] : nullptr;
}

std::vector<HubFile> files_of(const Config& config, const std::vector<HubFile>& files) {
  std::vector<HubFile> chosen;
  const auto train = config.patterns.find("train");
  for (const HubFile& file : files) {
    const auto matches = [&](const std::vector<std::string>& patterns) {
      return std::any_of(patterns.begin(), patterns.end(),
                         [&](const auto& p) { return storage::matches_path(p, file.path); });
    };
    const bool is_chosen = train != config.patterns.end()
                               ? matches(train->second)
                               : std::any_of(config.patterns.begin(), config.patterns.end(),
                                             [&](const auto& split) { return matches(split.second); });
    if (is_chosen) chosen.push_back(file);
  }
  return chosen;
}

bool is_separator(char c) {
  return std::string_view("-._ /").find(c) != std::string_view::npos || (c >= '0' && c <= '9');
}

// Whether one of `words` stands in the path between separators.
bool has_word(std::string_view path, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    for (size_t at = path.find(word); at != std::string_view::npos; at = path.find(word, at + 1)) {
      const size_t end = at + word.size();
      if ((at == 0 || is_separator(path[at - 1])) && (end == path.size() || is_separator(path[end]))) return true;
    }
  }
  return false;
}

// Not data: what describes the repository.
bool is_about_the_set(std::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const bool is_hidden = path.starts_with('.') || path.find("/.") != std::string_view::npos || path.starts_with("__") ||
                         path.find("/__") != std::string_view::npos;
  return is_hidden || name == "README.md" || name == "dataset_infos.json" || name == "dataset_info.json" ||
         name == "config.json" || name == "LICENSE.txt" || name == "LICENSE.md" || name == "metadata.json";
}

// The kind of file that occurs most; Parquet on a tie. A set that is there in two formats is read once.
std::vector<HubFile> most_frequent_kind(const std::vector<HubFile>& files) {
  const auto kind_of = [](const HubFile& file) {
    const NamedKind kind = kind_of_name(file.path);
    if (kind.format == InputFormat::kParquet) return -1;
    return kind.format ? static_cast<int>(*kind.format) : 100;
  };
  std::map<int, size_t> counts;
  for (const HubFile& file : files) ++counts[kind_of(file)];
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<HubFile> chosen;
  std::copy_if(files.begin(), files.end(), std::back_inserter(chosen),
               [&](const HubFile& file) { return kind_of(file) == most->first; });
  return chosen;
}

}  // namespace

std::vector<HubFile> choose_hub_files(const std::vector<HubFile>& files, std::string_view readme,
                                      const std::string& subset, const std::string& name) {
  const std::vector<Config> configs = parse_readme(readme);
  std::vector<HubFile> chosen;
  if (const Config* config = choose_config(configs, subset)) chosen = files_of(*config, files);
  if (chosen.empty()) {
    for (const HubFile& file : files) {
      const bool is_inside = subset.empty() || file.path == subset || file.path.starts_with(subset + "/");
      if (is_inside && !is_about_the_set(file.path)) chosen.push_back(file);
    }
    std::erase_if(chosen, [&](const HubFile& f) { return f.path != subset && !kind_of_name(f.path).is_readable(); });
    std::vector<HubFile> train;
    std::copy_if(chosen.begin(), chosen.end(), std::back_inserter(train), [](const HubFile& file) {
      return has_word(file.path, {"train", "training"});
    });
    if (!train.empty()) chosen = train;
    if (!chosen.empty()) chosen = most_frequent_kind(chosen);
  }
  if (!chosen.empty()) return chosen;
  std::vector<std::string_view> names;
  for (const Config& config : configs) names.push_back(config.name);
  throw Error(fmt::format("{}: no file of this data set can be read{}; expected files that end in {}{}", name,
                          subset.empty() ? "" : fmt::format(" as '{}'", subset), readable_endings(),
                          names.empty() ? "" : fmt::format("; its subsets are {}", fmt::join(names, ", "))));
}

std::map<std::string, std::string> commits_to_read(const std::vector<std::string>& inputs,
                                                   const storage::HubSettings& settings) {
  std::map<std::string, std::string> commits;
  std::set<std::string> ambiguous;
  for (const std::string& input : inputs) {
    if (!storage::is_hub_address(input)) continue;
    const storage::HubAddress address = storage::parse_hub_address(input);
    const std::string commit = storage::HubRepository(settings, storage::HubKind::kDataset, address).commit();
    const auto known = commits.emplace(address.repository, commit).first;
    if (known->second != commit) ambiguous.insert(address.repository);
  }
  for (const std::string& repository : ambiguous) commits.erase(repository);
  return commits;
}

}  // namespace slm::data

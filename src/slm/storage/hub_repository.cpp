#include "slm/storage/hub_repository.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"
#include "slm/storage/ascii_text.h"
#include "slm/storage/folder.h"
#include "slm/storage/hub_cache.h"
#include "slm/storage/hub_download.h"

namespace slm::storage {
namespace {

using nlohmann::json;

constexpr int kMaxPages = 10000;
constexpr size_t kShownDigits = 12;

std::string cache_folder(const HubSettings& settings, HubKind kind, const std::string& repository) {
  std::string name = repository;
  const size_t slash = name.find('/');
  name.replace(slash, 1, "--");
  return join(settings.cache, fmt::format("{}--{}", kind == HubKind::kDataset ? "datasets" : "models", name));
}

}  // namespace

class HubRepository::Impl {
 public:
  Impl(HubSettings settings, HubKind kind, HubAddress address)
      : settings_(std::move(settings)),
        kind_(kind),
        address_(std::move(address)),
        cache_(cache_folder(settings_, kind, address_.repository)),
        client_(settings_.http) {
    while (settings_.endpoint.ends_with('/')) settings_.endpoint.pop_back();
    find_commit();
  }

  const std::string& commit() const { return commit_; }

  std::vector<HubFile> list() {
    if (std::vector<HubFile> files = remembered_list(); !files.empty()) return files;
    if (settings_.is_offline) return list_of_copies();
    std::vector<HubFile> files;
    std::string url = fmt::format("{}/tree/{}?recursive=true&expand=false", api_url(), commit_);
    for (int page = 0; !url.empty(); ++page) {
      if (page == kMaxPages) throw Error(fmt::format("{}: the list of files does not end", name()));
      const HttpAnswer answer = ask(url);
      add_page(answer.body, files);
      const std::string next = answer.headers.next_link();
      // The token goes along, so it must stay with the hub.
      if (!next.empty() && !next.starts_with(settings_.endpoint + "/")) {
        throw Error(fmt::format("{}: the list of files goes on at another server: '{}'", name(), next));
      }
      url = next;
    }
    std::sort(files.begin(), files.end(), [](const HubFile& a, const HubFile& b) { return a.path < b.path; });
    remember(files);
    return files;
  }

  std::string download(const std::string& path) {
    if (const auto copy = cache_.find(commit_, path)) return *copy;
    if (settings_.is_offline) throw_offline(path);
    const std::string url = fmt::format("{}/{}{}/resolve/{}/{}", settings_.endpoint, prefix(), address_.repository,
                                        commit_, percent_encoded(path, "/"));
    const std::string file_name = fmt::format("hf://{}/{}", address_.repository, path);
    const std::string etag = download_hub_file(client_, {.url = url, .token = settings_.token}, file_name,
                                               settings_.http.should_stop, cache_);
    return cache_.link(commit_, path, etag);
  }

 private:
  // A commit does not change, so that its list holds for ever. Empty where there is none, or a damaged one.
  std::vector<HubFile> remembered_list() {
    std::vector<HubFile> files;
    const auto text = cache_.list_of_files(commit_);
    if (!text) return files;
    try {
      add_page(*text, files);
    } catch (const Error&) {
      files.clear();
    }
    return files;
  }

  void remember(const std::vector<HubFile>& files) {
    json list = json::array();
    for (const HubFile& file : files)
      list.push_back({{"type", "file"}, {"path", file.path}, {"size", file.size_bytes}});
    cache_.remember_list_of_files(commit_, json_text(list));
  }

  std::vector<HubFile> list_of_copies() {
    std::vector<HubFile> files;
    for (const std::string& path : cache_.list(commit_)) {
      files.push_back({path, file_size(*cache_.find(commit_, path))});
    }
    if (kind_ == HubKind::kDataset && !files.empty()) {
      warn(fmt::format(
          "{}: offline, and nothing here says which files it has: the {} that were downloaded are taken for "
          "all of them; run once with a network to be sure",
          name(), files.size()));
    }
    return files;
  }

  void warn(const std::string& message) const {
    if (settings_.warn) settings_.warn(message);
  }

  std::string prefix() const { return kind_ == HubKind::kDataset ? "datasets/" : ""; }
  std::string name() const { return "hf://" + address_.repository; }
  std::string api_url() const {
    const std::string kind = kind_ == HubKind::kDataset ? "datasets" : "models";
    return fmt::format("{}/api/{}/{}", settings_.endpoint, kind, address_.repository);
  }

  [[noreturn]] void throw_offline(const std::string& path) const {
    throw Error(fmt::format("{}: '{}' is not in {} and {}", name(), path, settings_.cache,
                            is_unreachable_ ? "the hub cannot be reached; check the network"
                                            : "HF_HUB_OFFLINE is set; unset it, or run once with a network"));
  }

  HttpAnswer ask(const std::string& url) {
    HttpAnswer answer = client_.request({.url = url, .token = settings_.token});
    check(answer);
    return answer;
  }

  void check(const HttpAnswer& answer) const {
    if (answer.status == 200) return;
    throw Error(fmt::format("{}: {}", name(), describe_refusal(answer.status, answer.headers)));
  }

  void find_commit() {
    if (is_commit(address_.revision)) {
      commit_ = address_.revision;
      return;
    }
    if (const auto chosen = settings_.commits.find(address_.repository); chosen != settings_.commits.end()) {
      commit_ = chosen->second;
      return;
    }
    const auto known = cache_.commit_of(address_.revision);
    if (settings_.is_offline) {
      if (!known) throw_offline(address_.revision);
      commit_ = *known;
      return;
    }
    const std::string url = fmt::format("{}/revision/{}", api_url(), percent_encoded(address_.revision));
    HttpAnswer answer;
    std::string problem;
    try {
      answer = client_.request({.url = url, .token = settings_.token, .asks_once = known.has_value()});
      if (known && is_for_now(answer.status)) problem = describe_refusal(answer.status, answer.headers);
    } catch (const UnreachableError& error) {
      if (!known) throw;
      problem = error.what();
    }
    if (!problem.empty()) {
      warn(
          fmt::format("{}: the hub cannot be reached ({}): going on with the copy of {}, commit {}; HF_HUB_OFFLINE=1 "
                      "does so without asking",
                      name(), problem, address_.revision, known->substr(0, kShownDigits)));
      settings_.is_offline = is_unreachable_ = true;
      commit_ = *known;
      return;
    }
    check(answer);
    const json info = parse_json(answer.body);
    if (!info.is_object() || !info.contains("sha") || !info["sha"].is_string() ||
        !is_commit(info["sha"].get_ref<const std::string&>())) {
      throw Error(fmt::format("{}: {} does not answer as the hub does; check HF_ENDPOINT, or log in to your network",
                              name(), settings_.endpoint));
    }
    commit_ = info["sha"].get<std::string>();
    cache_.remember_commit(address_.revision, commit_);
  }

  void add_page(const std::string& body, std::vector<HubFile>& files) {
    const json page = parse_json(body);
    if (!page.is_array()) throw Error(fmt::format("{}: the list of files is no JSON array", name()));
    for (const json& entry : page) {
      if (!entry.is_object() || entry.value("type", json()) != "file") continue;
      const json path = entry.value("path", json());
      const json size = entry.value("size", json());
      if (!path.is_string() || !size.is_number_unsigned()) continue;
      check_relative_path(path.get_ref<const std::string&>());
      files.push_back(
          {path.get<std::string>(), static_cast<int64_t>(std::min<uint64_t>(size.get<uint64_t>(), INT64_MAX))});
    }
  }

  HubSettings settings_;
  HubKind kind_;
  HubAddress address_;
  HubCache cache_;
  HttpClient client_;
  std::string commit_;
  bool is_unreachable_ = false;
};

HubRepository::HubRepository(HubSettings settings, HubKind kind, HubAddress address)
    : impl_(std::make_unique<Impl>(std::move(settings), kind, std::move(address))) {}

HubRepository::~HubRepository() = default;

const std::string& HubRepository::commit() const { return impl_->commit(); }

std::vector<HubFile> HubRepository::list() { return impl_->list(); }

std::string HubRepository::download(const std::string& path) { return impl_->download(path); }

}  // namespace slm::storage

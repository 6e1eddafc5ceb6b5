#include "slm/cli/hub_environment.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "slm/cli/version.h"
#include "slm/storage/folder.h"
#include "slm/storage/read_file.h"

namespace slm::cli {
namespace {

constexpr int64_t kMaxTokenBytes = 4096;

// Empty where it is not set.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string home_folder() {
  if (const std::string home = variable("HF_HOME"); !home.empty()) return home;
  std::string cache = variable("XDG_CACHE_HOME");
  if (cache.empty()) cache = storage::join(variable("HOME"), ".cache");
  return storage::join(cache, "huggingface");
}

std::string cache_folder(const std::string& home) {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {  // the latter is the older name
    if (const std::string value = variable(name); !value.empty()) return value;
  }
  return storage::join(home, "hub");
}

bool is_true(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  return word == "1" || word == "ON" || word == "YES" || word == "TRUE";
}

std::string token(const std::string& home) {
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
    if (const std::string value = variable(name); !value.empty()) return value;
  }
  std::string path = variable("HF_TOKEN_PATH");
  if (path.empty()) path = storage::join(home, "token");
  if (!storage::exists(path)) return "";
  std::string content = storage::read_file(path, kMaxTokenBytes);
  content.resize(content.find_last_not_of(" \t\r\n") + 1);
  return content;
}

}  // namespace

storage::HubSettings hub_settings_from_environment() {
  storage::HubSettings settings;
  if (const std::string endpoint = variable("HF_ENDPOINT"); !endpoint.empty()) settings.endpoint = endpoint;
  const std::string home = home_folder();
  settings.cache = cache_folder(home);
  settings.token = token(home);
  settings.is_offline = is_true(variable("HF_HUB_OFFLINE"));
  settings.warn = [](const std::string& message) { std::cerr << "slm: warning: " + message + "\n" << std::flush; };
  settings.http.user_agent = std::string("slm/") + kVersion;
  return settings;
}

}  // namespace slm::cli

#include "slm/storage/address_name.h"

#include <algorithm>
#include <array>

#include "slm/storage/ascii_text.h"
#include "slm/storage/sha256.h"

namespace slm::storage {
namespace {

constexpr size_t kHashDigits = 16;

// Parameters that say who may read, and until when: of Amazon, Google, Azure, CloudFront and the like.
constexpr std::array<std::string_view, 25> kSigning = {"access_token",
                                                       "api_key",
                                                       "apikey",
                                                       "auth",
                                                       "awsaccesskeyid",
                                                       "expires",
                                                       "googleaccessid",
                                                       "key-pair-id",
                                                       "password",
                                                       "policy",
                                                       "se",
                                                       "sig",
                                                       "signature",
                                                       "ske",
                                                       "skoid",
                                                       "sks",
                                                       "skt",
                                                       "sktid",
                                                       "skv",
                                                       "sp",
                                                       "spr",
                                                       "sr",
                                                       "st",
                                                       "sv",
                                                       "token"};

bool signs(std::string_view parameter) {
  const std::string name = lower_case(parameter.substr(0, parameter.find('=')));
  return name.starts_with("x-amz-") || name.starts_with("x-goog-") ||
         std::find(kSigning.begin(), kSigning.end(), name) != kSigning.end();
}

bool may_hold_key(std::string_view uri) {
  constexpr std::array<std::string_view, 4> kSchemes = {"http://", "https://", "s3://", "gs://"};
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [&](std::string_view scheme) { return uri.starts_with(scheme); });
}

}  // namespace

std::string address_name(std::string_view uri) {
  if (!may_hold_key(uri)) return std::string(uri);
  std::string name(uri.substr(0, uri.find_first_of("?#")));
  const size_t host = name.find("://") + 3;
  const size_t at = name.substr(0, name.find('/', host)).rfind('@');
  // The user of a public bucket is no secret, and says how it is read.
  if (at != std::string::npos && at >= host && name.substr(host, at - host) != "anonymous")
    name.erase(host, at + 1 - host);
  return name;
}

std::string address_record(std::string_view uri) {
  std::string record = address_name(uri);
  const size_t begin = uri.find('?');
  if (!may_hold_key(uri) || begin == std::string_view::npos) return record;
  std::string kept;
  std::string_view rest = uri.substr(begin + 1, uri.find('#', begin) - begin - 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    if (!signs(rest.substr(0, end))) kept += '&' + std::string(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!kept.empty()) record += "?sha256=" + sha256_of(kept).substr(0, kHashDigits);
  return record;
}

}  // namespace slm::storage

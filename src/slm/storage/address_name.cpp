#include "slm/storage/address_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "slm/storage/ascii_text.h"
#include "slm/storage/local_path.h"
#include "slm/storage/sha256.h"

namespace slm::storage {
namespace {

constexpr std::string_view kHashName = "sha256=";
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

// What follows the @ in a hub's address is a revision, and any character may be part of a path.
bool may_hold_key(std::string_view uri) {
  return is_address(uri) && !uri.starts_with("file://") && !uri.starts_with("hf://");
}

// Whether a query is what address_record() puts in the place of another one.
bool is_record(std::string_view query) {
  return query.starts_with(kHashName) && is_lower_hex(query.substr(kHashName.size()), kHashDigits);
}

std::string_view query_of(std::string_view uri) {
  const size_t begin = uri.find('?');
  if (!may_hold_key(uri) || begin == std::string_view::npos) return {};
  return uri.substr(begin + 1, uri.find('#', begin) - begin - 1);
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
  std::string kept;
  std::string_view rest = query_of(uri);
  if (is_record(rest)) return fmt::format("{}?{}", record, rest);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    if (!signs(rest.substr(0, end))) kept += '&' + std::string(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!kept.empty()) record += fmt::format("?{}{}", kHashName, sha256_of(kept).substr(0, kHashDigits));
  return record;
}

bool lacks_query(std::string_view uri) { return is_record(query_of(uri)); }

}  // namespace slm::storage

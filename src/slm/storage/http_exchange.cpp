#include "slm/storage/http_exchange.h"

#include "slm/core/late_library.h"
#include "slm/storage/address_name.h"

namespace slm::storage {
namespace {

const HttpExchanges& exchanges(const std::string& url) {
  static const HttpExchanges* const loaded = reinterpret_cast<const HttpExchanges* (*)()>(
      late_entry("libslm_http.so", "slm_http_exchanges", address_name(url)))();
  return *loaded;
}

}  // namespace

std::unique_ptr<HttpExchange> open_exchange(const HttpSettings& settings, const HttpExchangeRequest& request) {
  return exchanges(request.url).open(settings, request);
}

std::string resolve_url(const std::string& base, const std::string& location) {
  return exchanges(base).resolve_url(base, location);
}

bool names_host(std::string_view location) {
  if (location.starts_with("//")) return true;
  const size_t scheme_end = location.find("://");
  return scheme_end != std::string_view::npos && scheme_end < location.find_first_of("/?#");
}

bool is_same_origin(const std::string& a, const std::string& b) { return exchanges(a).is_same_origin(a, b); }

}  // namespace slm::storage

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "slm/storage/http_headers.h"

namespace slm::storage {

struct HttpSettings;

// A connection that failed, or was cut: trying again may help.
class ConnectionFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct HttpExchangeRequest {
  std::string url;
  std::string token;  // empty: none is sent
  bool is_head = false;
  int64_t first_byte = 0;  // asks for the range from there on
};

// One request and its answer, without redirects or retries.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  virtual int status() const = 0;
  virtual const HttpHeaders& headers() const = 0;

  // The next bytes of the body; 0 at its end. Throws ConnectionFailure, also where the connection ends before the
  // announced length.
  virtual size_t read(std::span<std::byte> into) = 0;
};

// Returns once the header fields are there. Throws ConnectionFailure, and Interrupted when it shall stop, as read()
// does. The settings must outlive it.
std::unique_ptr<HttpExchange> open_exchange(const HttpSettings& settings, const HttpExchangeRequest& request);

// `location` as seen from `base`; empty where that is no http(s) URL.
std::string resolve_url(const std::string& base, const std::string& location);

// Whether the target of a redirect says more than a path at the host that sent it.
bool names_host(std::string_view location);

// Whether both have the same scheme, host and port.
bool is_same_origin(const std::string& a, const std::string& b);

// What is made with libcurl stands in a library of its own, libslm_http.so, which is loaded with the first request:
// libcurl brings some thirty others. These are the functions above.
struct HttpExchanges {
  std::unique_ptr<HttpExchange> (*open)(const HttpSettings& settings, const HttpExchangeRequest& request);
  std::string (*resolve_url)(const std::string& base, const std::string& location);
  bool (*is_same_origin)(const std::string& a, const std::string& b);
};

}  // namespace slm::storage

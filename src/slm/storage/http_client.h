#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "slm/core/error.h"
#include "slm/core/interrupted.h"
#include "slm/storage/byte_source.h"
#include "slm/storage/http_headers.h"

namespace slm::storage {

struct HttpSettings {
  int64_t timeout_s = 10;                             // to connect, and without a single byte
  std::vector<int64_t> retry_waits_s = {1, 2, 4, 8};  // after a failure that may pass: network, 408, 429, 5xx
  std::function<void(int64_t seconds)> wait;          // sleeps; by default so that other threads go on
  std::string user_agent = "slm";
  StopCheck should_stop = {};  // once true, whatever waits for a server throws Interrupted within a moment
};

// No answer came, or none but "try again later", however often it was asked for.
class UnreachableError : public Error {
 public:
  using Error::Error;
};

struct HttpRequest {
  std::string url;          // http:// or https://
  std::string token = {};   // sent as "authorization: Bearer", to the host of `url` only, over its scheme only
  bool is_head = false;     // asks for the header fields alone
  bool stays_here = false;  // a redirect that names a host, be it this one, is an answer, not followed
  bool asks_once = false;   // request() does not try again: the caller has another way
};

struct HttpAnswer {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  std::string url;  // after redirects
};

// Downloads over http:// and https://. Redirects are followed, ten at most, and the token stays behind where they lead
// to another host, port, or from https to http. One thread at a time.
class HttpClient {
 public:
  explicit HttpClient(HttpSettings settings = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // The whole answer, whatever its status; after the retries, for those that may pass. Throws UnreachableError
  // where no answer comes, FormatError where the body is longer than `max_bytes`.
  HttpAnswer request(const HttpRequest& request, int64_t max_bytes = int64_t{256} << 20);

  // The body as a stream that begins at `first_byte`. A broken connection goes on where it stopped, by a byte range; a
  // server that ignores ranges sends all again and what is there already is passed over. The count of retries begins
  // again with each byte that arrives. Throws UnreachableError when they are used up, Error when the server refuses, or
  // when the file has changed in the meantime. The client must outlive it. `name` is what messages call it.
  std::unique_ptr<ByteSource> open(const HttpRequest& request, std::string name, int64_t first_byte = 0);

 private:
  friend class HttpSource;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether a later try may have another answer: 408, 429, 5xx.
bool is_for_now(int status);

// "the server answers 404: EntryNotFound": with the hub's X-Error-Code and X-Error-Message where there are some.
std::string describe_refusal(int status, const HttpHeaders& headers);

}  // namespace slm::storage

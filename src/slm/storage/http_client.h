#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "slm/storage/byte_source.h"
#include "slm/storage/http_headers.h"

namespace slm::storage {

struct HttpSettings {
  int64_t timeout_s = 10;                             // to connect, and without a single byte
  std::vector<int64_t> retry_waits_s = {1, 2, 4, 8};  // after a failure that may pass: network, 408, 429, 5xx
  std::function<void(int64_t seconds)> wait;          // sleeps; by default so that other threads go on
  std::string user_agent = "slm";
  // Once true, whatever waits for a server throws Error within a moment. May be set from any thread.
  std::shared_ptr<const std::atomic<bool>> is_cancelled = nullptr;

  void throw_if_cancelled() const;
};

struct HttpRequest {
  std::string url;          // http:// or https://
  std::string token = {};   // sent as "authorization: Bearer", to the host of `url` only, over its scheme only
  bool is_head = false;     // asks for the header fields alone
  bool stays_here = false;  // a redirect to another host is an answer, not followed
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

  // The whole answer, whatever its status; after the retries, for those that may pass. Throws Error where no answer
  // comes, FormatError where the body is longer than `max_bytes`.
  HttpAnswer request(const HttpRequest& request, int64_t max_bytes = int64_t{256} << 20);

  // The body as a stream that begins at `first_byte`. A broken connection goes on where it stopped, by a byte range; a
  // server that ignores ranges sends all again and what is there already is passed over. The count of retries begins
  // again with each byte that arrives. Throws Error when they are used up, when the server refuses, or when the file
  // has changed in the meantime. The client must outlive it. `name` is what messages call it.
  std::unique_ptr<ByteSource> open(const HttpRequest& request, std::string name, int64_t first_byte = 0);

 private:
  friend class HttpSource;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// "the server answers 404: EntryNotFound": with the hub's X-Error-Code and X-Error-Message where there are some.
std::string describe_refusal(int status, const HttpHeaders& headers);

}  // namespace slm::storage

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slm::storage {

// The header fields of an HTTP answer (RFC 9110). Names compare without regard to case; what is malformed is left out.
class HttpHeaders {
 public:
  // One line as it came, with or without its line break. A status line ("HTTP/1.1 200 OK") begins a new answer: it
  // clears what came before.
  void add_line(std::string_view line);

  // The first field of that name, without spaces around it; empty where there is none.
  std::string_view get(std::string_view name) const;

  std::optional<int64_t> content_length() const;

  // The strong validator, or what stands for it, without W/ and quotes: "X-Linked-Etag" where given, else "ETag".
  std::string entity_tag() const;

  // The seconds to wait that `ratelimit: "api";r=0;t=55` or Retry-After asks for, at most an hour. Dates in Retry-After
  // are left out.
  std::optional<int64_t> retry_after_s() const;

  // The target of `Link: <URL>; rel="next"`; empty without one.
  std::string next_link() const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;  // lower-case names
};

// "bytes 5-9/100". `total` is -1 for "*".
struct ContentRange {
  int64_t first, last, total;
};
std::optional<ContentRange> parse_content_range(std::string_view value);

}  // namespace slm::storage

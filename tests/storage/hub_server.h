#pragma once

#include <string>

#include "slm/storage/http_client.h"
#include "storage/local_server.h"

namespace slm::test {

class HubServer : public LocalServer {
 public:
  HubServer() : LocalServer("tests/storage/hub_server.py") {}

  std::string other_host() const { return "http://localhost:" + std::to_string(port()); }

  // All requests so far, as JSON.
  std::string log() const { return storage::HttpClient().request({.url = endpoint() + "/log"}).body; }
};

}  // namespace slm::test

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "slm/storage/http_client.h"

namespace slm::test {

// hub_server.py, as long as it lives. Its traffic stays on the loopback.
class HubServer {
 public:
  HubServer() {
    for (const char* proxy : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(proxy);
    int to_server[2];
    EXPECT_EQ(::pipe(to_server), 0);
    const std::string command = "exec python3 " SLM_SOURCE_DIR "/tests/storage/hub_server.py <&" +
                                std::to_string(to_server[0]) + " " + std::to_string(to_server[1]) + ">&-";
    output_ = ::popen(command.c_str(), "r");
    EXPECT_NE(output_, nullptr);
    EXPECT_EQ(std::fscanf(output_, "%d", &port_), 1);
    ::close(to_server[0]);
    input_ = to_server[1];
  }
  ~HubServer() {
    ::close(input_);
    ::pclose(output_);
  }
  HubServer(const HubServer&) = delete;
  HubServer& operator=(const HubServer&) = delete;

  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string other_host() const { return "http://localhost:" + std::to_string(port_); }

  // All requests so far, as JSON.
  std::string log() const { return storage::HttpClient().request({.url = endpoint() + "/log"}).body; }

 private:
  std::FILE* output_ = nullptr;
  int input_ = -1;
  int port_ = 0;
};

}  // namespace slm::test

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace slm::test {

// A server written in Python, as long as this lives: a script that prints its port and ends with its standard input.
// Its traffic stays on the loopback.
class LocalServer {
 public:
  // The script with its arguments, as a shell takes them, from the source folder.
  explicit LocalServer(const std::string& script) {
    for (const char* proxy : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) ::unsetenv(proxy);
    int to_server[2];
    EXPECT_EQ(::pipe(to_server), 0);
    const std::string command = "exec python3 " SLM_SOURCE_DIR "/" + script + " <&" + std::to_string(to_server[0]) +
                                " " + std::to_string(to_server[1]) + ">&-";
    output_ = ::popen(command.c_str(), "r");
    EXPECT_NE(output_, nullptr);
    EXPECT_EQ(std::fscanf(output_, "%d", &port_), 1);
    ::close(to_server[0]);
    input_ = to_server[1];
  }
  ~LocalServer() {
    ::close(input_);
    ::pclose(output_);
  }
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

  int port() const { return port_; }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  std::FILE* output_ = nullptr;
  int input_ = -1;
  int port_ = 0;
};

}  // namespace slm::test

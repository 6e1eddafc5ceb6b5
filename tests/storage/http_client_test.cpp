#include "slm/storage/http_client.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "slm/core/error.h"
#include "slm/core/interrupted.h"
#include "storage/hub_server.h"
#include "storage/scratch_folder.h"

namespace slm::storage {
namespace {

using test::HubServer;
using test::message_of;

std::string read_all(ByteSource& source) {
  std::string content;
  std::array<std::byte, 5000> piece;
  while (const size_t got = source.read(piece)) content.append(reinterpret_cast<const char*>(piece.data()), got);
  return content;
}

// What the server sends for a large file.
std::string large_body(const std::string& name) {
  std::string body;
  for (int i = 0; i < 20000; ++i) body += "{\"text\": \"" + name + " line " + std::to_string(i) + "\"}\n";
  return body;
}

struct Waits {
  std::vector<int64_t> seconds;
  HttpSettings settings() {
    HttpSettings settings;
    settings.wait = [this](int64_t s) { seconds.push_back(s); };
    return settings;
  }
};

TEST(HttpClient, DownloadsAndFollowsRedirects) {
  const HubServer server;
  HttpClient client;
  const HttpAnswer answer = client.request({.url = server.endpoint() + "/redirect"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.url, server.endpoint() + "/plain/data/train-small.jsonl");
  EXPECT_TRUE(answer.body.starts_with("{\"text\": \"train-small.jsonl line 0\"}\n"));
  EXPECT_EQ(message_of<Error>([&] { client.request({.url = server.endpoint() + "/loop"}); }),
            server.endpoint() + "/loop: the server redirects more than 10 times");
}

TEST(HttpClient, GoesOnWhereAConnectionWasCut) {
  const HubServer server;
  Waits waits;
  HttpClient client(waits.settings());
  const auto source = client.open({.url = server.endpoint() + "/plain/cut.bin"}, "cut.bin");
  EXPECT_EQ(source->size_bytes(), static_cast<int64_t>(large_body("cut.bin").size()));
  EXPECT_TRUE(read_all(*source) == large_body("cut.bin"));
  EXPECT_EQ(waits.seconds, (std::vector<int64_t>{1, 1}));
  EXPECT_NE(server.log().find("\"range\": \"bytes="), std::string::npos);
}

TEST(HttpClient, PassesOverWhatAServerWithoutRangesSendsAgain) {
  const HubServer server;
  Waits waits;
  HttpClient client(waits.settings());
  EXPECT_TRUE(read_all(*client.open({.url = server.endpoint() + "/plain/noranges.bin"}, "x")) ==
              large_body("noranges.bin"));
}

TEST(HttpClient, StartsInTheMiddle) {
  const HubServer server;
  Waits waits;
  HttpClient client(waits.settings());
  const HttpRequest request{.url = server.endpoint() + "/plain/cut.bin"};
  EXPECT_TRUE(read_all(*client.open(request, "x", 12345)) == large_body("cut.bin").substr(12345));
  const HttpRequest without{.url = server.endpoint() + "/plain/noranges.bin"};
  EXPECT_TRUE(read_all(*client.open(without, "x", 12345)) == large_body("noranges.bin").substr(12345));
}

TEST(HttpClient, WaitsAsTheServerAsksOrLongerEachTime) {
  const HubServer server;
  Waits waits;
  HttpClient client(waits.settings());
  EXPECT_TRUE(read_all(*client.open({.url = server.endpoint() + "/plain/busy.bin"}, "x")) == large_body("busy.bin"));
  EXPECT_EQ(waits.seconds, (std::vector<int64_t>{8}));
  waits.seconds.clear();
  EXPECT_TRUE(read_all(*client.open({.url = server.endpoint() + "/plain/down.bin"}, "x")) == large_body("down.bin"));
  EXPECT_EQ(waits.seconds, (std::vector<int64_t>{1, 2, 4}));
}

TEST(HttpClient, SaysWhatIsWrong) {
  const HubServer server;
  Waits waits;
  HttpClient client(waits.settings());
  EXPECT_EQ(
      message_of<Error>([&] { client.open({.url = server.endpoint() + "/plain/dead.bin"}, "dead.bin"); }),
      "dead.bin: the server answers 503, 5 times in a row; check the network, then run again: what is done is kept");
  EXPECT_EQ(waits.seconds, (std::vector<int64_t>{1, 2, 4, 8}));
  EXPECT_EQ(message_of<Error>([&] { client.open({.url = server.endpoint() + "/plain/none"}, "none"); }),
            "none: the server answers 404; check the address for a typing error");
  const std::string refused = message_of<Error>([&] { client.request({.url = "http://127.0.0.1:1/x"}); });
  EXPECT_TRUE(refused.find("127.0.0.1") != std::string::npos && refused.ends_with("what is done is kept")) << refused;
}

// With retries that would take an hour, and a server that is silent for as long.
TEST(HttpClient, EndsItsWaitingWhenItShallStop) {
  const HubServer server;
  for (const char* path : {"/silent", "/plain/dead.bin"}) {
    const auto is_cancelled = std::make_shared<std::atomic<bool>>(false);
    HttpClient client({.timeout_s = 3600, .retry_waits_s = {3600}, .wait = {}, .should_stop = [is_cancelled] {
                         return is_cancelled->load();
                       }});
    std::thread canceller([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      *is_cancelled = true;
    });
    EXPECT_THROW(client.request({.url = server.endpoint() + path}), Interrupted);
    canceller.join();
  }
}

}  // namespace
}  // namespace slm::storage

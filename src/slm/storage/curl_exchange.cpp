#include "slm/storage/http_exchange.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "slm/core/error.h"
#include "slm/storage/http_client.h"

namespace slm::storage {
namespace {

constexpr size_t kPauseBytes = size_t{1} << 20;  // received and not read yet
constexpr int kPollMilliseconds = 100;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

struct State {
  explicit State(const HttpSettings& settings_of_client) : settings(settings_of_client) {}

  const HttpSettings& settings;
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  curl_slist* fields = nullptr;
  char problem[CURL_ERROR_SIZE] = {};
  HttpHeaders headers;
  bool has_headers = false;
  bool is_paused = false;
  bool is_finished = false;
  std::string failure;  // why it finished, where that was too early; what was received before still counts
  std::string received;
  size_t num_delivered = 0;  // of `received`

  ~State() {
    if (multi != nullptr && easy != nullptr) curl_multi_remove_handle(multi, easy);
    if (easy != nullptr) curl_easy_cleanup(easy);
    if (multi != nullptr) curl_multi_cleanup(multi);
    curl_slist_free_all(fields);
  }

  static size_t on_header(char* data, size_t, size_t size, void* self) {
    auto& state = *static_cast<State*>(self);
    const std::string_view line(data, size);
    if (line == "\r\n" || line == "\n") {
      long status = 0;
      curl_easy_getinfo(state.easy, CURLINFO_RESPONSE_CODE, &status);
      state.has_headers = status >= 200;  // 100 Continue is none
    } else {
      state.headers.add_line(line);
    }
    return size;
  }

  static size_t on_body(char* data, size_t, size_t size, void* self) {
    auto& state = *static_cast<State*>(self);
    if (state.received.size() - state.num_delivered >= kPauseBytes) {
      state.is_paused = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    state.received.append(data, size);
    return size;
  }

  // Lets the transfer go on until something has changed.
  void advance() {
    throw_if_stopped(settings.should_stop);
    int num_running = 0;
    curl_multi_perform(multi, &num_running);
    int ignored = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &ignored)) {
      if (message->msg != CURLMSG_DONE) continue;
      is_finished = true;
      const CURLcode result = message->data.result;
      if (result != CURLE_OK) failure = problem[0] != '\0' ? problem : curl_easy_strerror(result);
    }
  }

  void wait() { curl_multi_poll(multi, nullptr, 0, kPollMilliseconds, nullptr); }
};

// By libcurl.
class CurlExchange final : public HttpExchange {
 public:
  CurlExchange(const HttpSettings& settings, const HttpExchangeRequest& request) : state_(settings) {
    start(settings, request);
  }
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  int status() const override;
  const HttpHeaders& headers() const override { return state_.headers; }
  size_t read(std::span<std::byte> into) override;

 private:
  void start(const HttpSettings& settings, const HttpExchangeRequest& request);

  State state_;
};

void CurlExchange::start(const HttpSettings& settings, const HttpExchangeRequest& request) {
  State& state = state_;
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  state.multi = curl_multi_init();
  state.easy = curl_easy_init();
  if (started != CURLE_OK || state.multi == nullptr || state.easy == nullptr) throw std::bad_alloc();
  const auto add_field = [&](const std::string& field) {
    curl_slist* longer = curl_slist_append(state.fields, field.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    state.fields = longer;
  };
  add_field("accept-encoding: identity");  // sizes and ranges count the bytes of the file itself
  if (!request.token.empty()) add_field("authorization: Bearer " + request.token);
  CURL* const easy = state.easy;
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, state.fields);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, settings.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings.timeout_s));
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings.timeout_s));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, state.problem);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, State::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &state);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, State::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &state);
  if (request.is_head) curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (request.first_byte > 0) {
    curl_easy_setopt(easy, CURLOPT_RANGE, fmt::format("{}-", request.first_byte).c_str());
  }
  curl_multi_add_handle(state.multi, easy);
  while (true) {
    state.advance();
    if (state.has_headers || state.is_finished) break;
    state.wait();
  }
  if (state.has_headers) return;
  throw ConnectionFailure(state.failure.empty() ? "the server closed the connection without an answer" : state.failure);
}

int CurlExchange::status() const {
  long status = 0;
  curl_easy_getinfo(state_.easy, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

size_t CurlExchange::read(std::span<std::byte> into) {
  State& state = state_;
  while (state.num_delivered == state.received.size() && !state.is_finished) {
    state.received.clear();
    state.num_delivered = 0;
    if (state.is_paused) {
      state.is_paused = false;
      curl_easy_pause(state.easy, CURLPAUSE_CONT);
    }
    state.advance();
    if (state.received.empty() && !state.is_finished) state.wait();
  }
  if (state.num_delivered == state.received.size() && !state.failure.empty()) throw ConnectionFailure(state.failure);
  const size_t count = std::min(into.size(), state.received.size() - state.num_delivered);
  std::memcpy(into.data(), state.received.data() + state.num_delivered, count);
  state.num_delivered += count;
  return count;
}

std::unique_ptr<HttpExchange> curl_exchange(const HttpSettings& settings, const HttpExchangeRequest& request) {
  return std::make_unique<CurlExchange>(settings, request);
}

std::string curl_resolve_url(const std::string& base, const std::string& location) {
  const Url url(curl_url());
  if (!url) throw std::bad_alloc();
  if (curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return {};
  if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK) return {};
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return {};
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return {};
  std::string resolved = text;
  curl_free(text);
  return resolved;
}

bool curl_is_same_origin(const std::string& a, const std::string& b) {
  const Url first(curl_url()), second(curl_url());
  if (!first || !second) throw std::bad_alloc();
  if (curl_url_set(first.get(), CURLUPART_URL, a.c_str(), 0) != CURLUE_OK) return false;
  if (curl_url_set(second.get(), CURLUPART_URL, b.c_str(), 0) != CURLUE_OK) return false;
  for (const CURLUPart part : {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT}) {
    if (part_of(first.get(), part) != part_of(second.get(), part)) return false;
  }
  return true;
}

}  // namespace
}  // namespace slm::storage

// What http_exchange.cpp looks up in libslm_http.so.
extern "C" [[gnu::visibility("default")]] const slm::storage::HttpExchanges* slm_http_exchanges();

const slm::storage::HttpExchanges* slm_http_exchanges() {
  namespace storage = slm::storage;
  static constexpr storage::HttpExchanges kExchanges = {storage::curl_exchange, storage::curl_resolve_url,
                                                        storage::curl_is_same_origin};
  return &kExchanges;
}

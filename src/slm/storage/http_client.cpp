#include "slm/storage/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "slm/core/error.h"
#include "slm/storage/address_name.h"
#include "slm/storage/http_exchange.h"
#include "slm/storage/hub_repository.h"

namespace slm::storage {
namespace {

constexpr int kMaxRedirects = 10;
constexpr size_t kReadBytes = size_t{64} << 10;
constexpr std::chrono::milliseconds kNap{50};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(HttpSettings settings) : settings_(std::move(settings)) {}

  struct Opened {
    std::unique_ptr<HttpExchange> exchange;
    std::string url;
  };

  // One try, redirects followed.
  Opened exchange(const HttpRequest& request, int64_t first_byte) {
    std::string url = request.url;
    std::string token = request.token;
    for (int i = 0; i <= kMaxRedirects; ++i) {
      auto exchange = open_exchange(settings_, {url, token, request.is_head, first_byte});
      if (!is_redirect(exchange->status())) return {std::move(exchange), url};
      const std::string next = resolve_url(url, std::string(exchange->headers().get("location")));
      if (next.empty()) throw Error(fmt::format("{}: the server redirects to nowhere", address_name(request.url)));
      if (request.stays_here && names_host(exchange->headers().get("location"))) return {std::move(exchange), url};
      if (!is_same_origin(url, next)) token.clear();
      url = next;
    }
    throw Error(fmt::format("{}: the server redirects more than {} times", address_name(request.url), kMaxRedirects));
  }

  // Waits before try number `num_failed` + 1; throws UnreachableError when there shall be no further one.
  void wait_or_throw(size_t num_failed, std::optional<int64_t> asked_s, const std::string& name,
                     const std::string& problem) {
    if (num_failed > settings_.retry_waits_s.size()) {
      throw UnreachableError(
          fmt::format("{}: {}, {} times in a row; check the network, then run again: what is done is kept", name,
                      problem, num_failed));
    }
    const int64_t seconds = asked_s.value_or(settings_.retry_waits_s[num_failed - 1]);
    if (settings_.wait) {
      settings_.wait(seconds);
      return;
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (std::chrono::steady_clock::now() < end) {
      throw_if_stopped(settings_.should_stop);
      std::this_thread::sleep_for(kNap);
    }
  }

  const HttpSettings& settings() const { return settings_; }

 private:
  HttpSettings settings_;
};

class HttpSource : public ByteSource {
 public:
  HttpSource(HttpClient::Impl& client, HttpRequest request, std::string name, int64_t first_byte)
      : client_(client), request_(std::move(request)), name_(std::move(name)), position_(first_byte) {
    while (!exchange_ && !is_finished_) connect();
  }

  size_t read(std::span<std::byte> into) override {
    if (into.empty()) return 0;
    while (!is_finished_) {
      if (!exchange_) {
        connect();
        continue;
      }
      try {
        const size_t got = exchange_->read(into);
        if (got == 0) {
          // A server without Content-Length ends by closing; with a range its total tells.
          if (size_ && position_ < *size_) throw ConnectionFailure("the connection was cut");
          is_finished_ = true;
          return 0;
        }
        position_ += static_cast<int64_t>(got);
        num_failed_ = 0;
        if (num_to_pass_over_ == 0) return got;
        const auto passed = static_cast<size_t>(std::min<int64_t>(num_to_pass_over_, static_cast<int64_t>(got)));
        num_to_pass_over_ -= static_cast<int64_t>(passed);
        if (passed < got) {
          std::copy(into.begin() + static_cast<std::ptrdiff_t>(passed), into.begin() + static_cast<std::ptrdiff_t>(got),
                    into.begin());
          return got - passed;
        }
      } catch (const ConnectionFailure& failure) {
        lose(failure.what());
      }
    }
    return 0;
  }

  const std::string& name() const override { return name_; }
  std::optional<int64_t> size_bytes() const override { return size_; }

  bool seek(int64_t position) override {
    if (!size_ || !takes_ranges_) return false;
    exchange_.reset();
    num_to_pass_over_ = 0;
    position_ = position;
    is_finished_ = position >= *size_;
    return true;
  }

 private:
  void lose(const std::string& problem, std::optional<int64_t> asked_s = std::nullopt) {
    exchange_.reset();
    position_ += num_to_pass_over_;  // where the reader is
    num_to_pass_over_ = 0;
    client_.wait_or_throw(++num_failed_, asked_s, name_, problem);
  }

  // One try to get bytes from position_ on.
  void connect() {
    try {
      auto opened = client_.exchange(request_, position_);
      const int status = opened.exchange->status();
      const HttpHeaders& headers = opened.exchange->headers();
      if (is_for_now(status)) {
        lose(describe_refusal(status, headers), headers.retry_after_s());
        return;
      }
      if (status == 416 && (!size_ || position_ == *size_)) {
        is_finished_ = true;
        return;
      }
      if (status != 200 && status != 206) throw Error(fmt::format("{}: {}", name_, problem_of(status, headers)));
      check_unchanged(headers);
      if (status == 206) {
        const auto range = parse_content_range(headers.get("content-range"));
        if (!range || range->first != position_) {
          throw Error(fmt::format("{}: the server sends another part than bytes {} and on: '{}'", name_, position_,
                                  headers.get("content-range")));
        }
        takes_ranges_ = true;
        if (range->total >= 0) set_size(range->total);
      } else {
        if (headers.get("content-encoding").empty()) {
          if (const auto length = headers.content_length()) set_size(*length);
        }
        takes_ranges_ = headers.get("accept-ranges") == "bytes";
        num_to_pass_over_ = position_;
        position_ = 0;
      }
      exchange_ = std::move(opened.exchange);
    } catch (const ConnectionFailure& failure) {
      lose(failure.what());
    }
  }

  std::string problem_of(int status, const HttpHeaders& headers) const {
    if ((status != 401 && status != 403) || is_hub_address(name_)) return describe_refusal(status, headers);
    return fmt::format(
        "the server answers {}; give the address with the user and password, https://USER:PASSWORD@HOST/..., or the "
        "signature that it needs now",
        status);
  }

  void set_size(int64_t size) {
    if (size_ && *size_ != size) {
      throw Error(fmt::format("{}: changed on the server while it was being read: it had {} bytes, now {}; run again",
                              name_, *size_, size));
    }
    size_ = size;
  }

  void check_unchanged(const HttpHeaders& headers) {
    const std::string tag = headers.entity_tag();
    if (!tag_.empty() && !tag.empty() && tag != tag_) {
      throw Error(fmt::format("{}: changed on the server while it was being read; run again", name_));
    }
    if (!tag.empty()) tag_ = tag;
  }

  HttpClient::Impl& client_;
  HttpRequest request_;
  std::string name_;
  std::unique_ptr<HttpExchange> exchange_;
  std::string tag_;
  std::optional<int64_t> size_;
  int64_t position_;              // of the next byte from exchange_
  int64_t num_to_pass_over_ = 0;  // bytes from position_ on that the reader has had
  size_t num_failed_ = 0;         // since the last byte
  bool takes_ranges_ = false;
  bool is_finished_ = false;
};

HttpClient::HttpClient(HttpSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}

HttpClient::~HttpClient() = default;

HttpAnswer HttpClient::request(const HttpRequest& request, int64_t max_bytes) {
  for (size_t num_failed = 0;;) {
    std::string problem;
    std::optional<int64_t> asked_s;
    try {
      auto [exchange, url] = impl_->exchange(request, 0);
      HttpAnswer answer{exchange->status(), exchange->headers(), {}, url};
      std::vector<std::byte> piece(kReadBytes);
      while (const size_t got = request.is_head ? 0 : exchange->read(piece)) {
        if (static_cast<int64_t>(answer.body.size() + got) > max_bytes) {
          throw FormatError(address_name(request.url), max_bytes,
                            fmt::format("the answer has more than {} bytes", max_bytes));
        }
        answer.body.append(reinterpret_cast<const char*>(piece.data()), got);
      }
      const bool is_last = request.asks_once || num_failed == impl_->settings().retry_waits_s.size();
      if (!is_for_now(answer.status) || is_last) return answer;
      problem = describe_refusal(answer.status, answer.headers);
      asked_s = answer.headers.retry_after_s();
    } catch (const ConnectionFailure& failure) {
      problem = failure.what();
      if (request.asks_once) throw UnreachableError(fmt::format("{}: {}", address_name(request.url), problem));
    }
    impl_->wait_or_throw(++num_failed, asked_s, address_name(request.url), problem);
  }
}

std::unique_ptr<ByteSource> HttpClient::open(const HttpRequest& request, std::string name, int64_t first_byte) {
  return std::make_unique<HttpSource>(*impl_, request, std::move(name), first_byte);
}

bool is_for_now(int status) { return status == 408 || status == 429 || status >= 500; }

std::string describe_refusal(int status, const HttpHeaders& headers) {
  const std::string_view code = headers.get("x-error-code");
  const std::string_view message = headers.get("x-error-message");
  std::string_view advice;
  if (message.find("Invalid credentials") != std::string_view::npos) {
    advice = "; the token is wrong or has expired: check HF_TOKEN";
  } else if (code == "GatedRepo") {
    advice = status == 403 ? "; ask for access on its page, then run again"
                           : "; accept its terms on its page, and set HF_TOKEN to a token of your account";
  } else if (status == 401) {
    advice = "; there is no such repository, or it is private: check the name, or set HF_TOKEN";
  } else if (code == "RepoNotFound") {
    advice = "; check the name, or set HF_TOKEN if it is private";
  } else if (code == "RevisionNotFound") {
    advice = "; check what follows the @";
  } else if (status == 404) {
    advice = "; check the address for a typing error";
  }
  return fmt::format("the server answers {}{}{}{}{}", status, code.empty() ? "" : fmt::format(" ({})", code),
                     message.empty() ? "" : ": ", message, advice);
}

}  // namespace slm::storage

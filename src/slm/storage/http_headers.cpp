#include "slm/storage/http_headers.h"

#include <algorithm>
#include <charconv>

#include "slm/storage/ascii_text.h"

namespace slm::storage {
namespace {

constexpr size_t kMaxFields = 1000;
constexpr int64_t kMaxWaitSeconds = 3600;

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// A whole number that is not negative and fits.
std::optional<int64_t> parse_count(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

void HttpHeaders::add_line(std::string_view line) {
  if (line.starts_with("HTTP/")) {
    fields_.clear();
    return;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || fields_.size() >= kMaxFields) return;
  const std::string_view name = line.substr(0, colon);
  if (name.find_first_of(" \t") != std::string_view::npos) return;
  fields_.emplace_back(lower_case(name), trimmed(line.substr(colon + 1)));
}

std::string_view HttpHeaders::get(std::string_view name) const {
  const std::string lower = lower_case(name);
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == lower; });
  return found == fields_.end() ? std::string_view() : found->second;
}

std::optional<int64_t> HttpHeaders::content_length() const { return parse_count(get("content-length")); }

std::string HttpHeaders::entity_tag() const {
  std::string_view tag = get("x-linked-etag");
  if (tag.empty()) tag = get("etag");
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  return std::string(tag);
}

std::optional<int64_t> HttpHeaders::retry_after_s() const {
  std::string_view limits = get("ratelimit");
  while (!limits.empty()) {
    const size_t semicolon = limits.find_first_of(";,");
    const std::string_view item = trimmed(limits.substr(0, semicolon));
    if (item.starts_with("t=")) {
      if (const auto seconds = parse_count(item.substr(2))) return std::min(*seconds, kMaxWaitSeconds) + 1;
    }
    if (semicolon == std::string_view::npos) break;
    limits.remove_prefix(semicolon + 1);
  }
  if (const auto seconds = parse_count(get("retry-after"))) return std::min(*seconds, kMaxWaitSeconds) + 1;
  return std::nullopt;
}

std::string HttpHeaders::next_link() const {
  for (const auto& [name, value] : fields_) {
    if (name != "link") continue;
    std::string_view rest = value;
    while (true) {
      const size_t begin = rest.find('<');
      const size_t end = begin == std::string_view::npos ? begin : rest.find('>', begin);
      if (end == std::string_view::npos) break;
      const size_t next = rest.find('<', end);
      const std::string_view parameters = rest.substr(end, next == std::string_view::npos ? next : next - end);
      if (parameters.find("rel=\"next\"") != std::string_view::npos ||
          parameters.find("rel=next") != std::string_view::npos) {
        return std::string(rest.substr(begin + 1, end - begin - 1));
      }
      if (next == std::string_view::npos) break;
      rest.remove_prefix(next);
    }
  }
  return {};
}

std::optional<ContentRange> parse_content_range(std::string_view value) {
  if (!value.starts_with("bytes ")) return std::nullopt;
  value.remove_prefix(6);
  const size_t dash = value.find('-');
  const size_t slash = value.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
  const auto first = parse_count(value.substr(0, dash));
  const auto last = parse_count(value.substr(dash + 1, slash - dash - 1));
  const std::string_view whole = value.substr(slash + 1);
  const auto total = whole == "*" ? std::optional<int64_t>(-1) : parse_count(whole);
  if (!first || !last || !total || *last < *first || (*total >= 0 && *last >= *total)) return std::nullopt;
  return ContentRange{*first, *last, *total};
}

}  // namespace slm::storage

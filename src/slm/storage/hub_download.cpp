#include "slm/storage/hub_download.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "slm/core/error.h"
#include "slm/storage/ascii_text.h"
#include "slm/storage/failure.h"
#include "slm/storage/file_lock.h"
#include "slm/storage/folder.h"
#include "slm/storage/git_blob_hash.h"
#include "slm/storage/growing_file.h"
#include "slm/storage/sha256.h"

namespace slm::storage {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20;
constexpr size_t kSha256Digits = 64;  // of a large file
constexpr size_t kGitDigits = 40;     // of a file that is in git itself

// What the hub says about a file before it is downloaded.
struct Announced {
  std::string etag;
  int64_t size_bytes = 0;
};

// "" where the file is what was announced, else how it differs.
std::string difference(const std::string& path, const Announced& announced) {
  const int64_t size = file_size(path);
  if (size != announced.size_bytes) {
    return fmt::format("{} bytes came, the hub announced {}", size, announced.size_bytes);
  }
  const bool is_sha256 = is_lower_hex(announced.etag, kSha256Digits);
  if (!is_sha256 && !is_lower_hex(announced.etag, kGitDigits)) return "";  // no hash was announced
  const std::string hash = is_sha256 ? sha256_of_file(path) : git_blob_sha1_of_file(path);
  if (hash == announced.etag) return "";
  return fmt::format("what came has {} {}, the hub announced {}", is_sha256 ? "SHA-256" : "git's SHA-1", hash,
                     announced.etag);
}

Announced ask_about(HttpClient& client, HttpRequest request, const std::string& name) {
  request.is_head = true;
  request.stays_here = true;
  const HttpAnswer answer = client.request(request);
  const bool is_redirect = answer.status >= 300 && answer.status < 400;
  if (answer.status != 200 && !is_redirect) {
    throw Error(fmt::format("{}: {}", name, describe_refusal(answer.status, answer.headers)));
  }
  Announced announced;
  announced.etag = answer.headers.entity_tag();
  std::optional<int64_t> size;
  const std::string linked(answer.headers.get("x-linked-size"));
  if (!linked.empty()) {
    HttpHeaders wrapped;
    wrapped.add_line("content-length: " + linked);
    size = wrapped.content_length();
  } else if (!is_redirect) {
    size = answer.headers.content_length();
  }
  if (announced.etag.empty() || !size || answer.headers.get("x-repo-commit").empty()) {
    throw Error(fmt::format(
        "{}: the server does not answer as the hub does; check HF_ENDPOINT, or log in to your network", name));
  }
  announced.size_bytes = *size;
  return announced;
}

void download(HttpClient& client, const HttpRequest& request, const Announced& announced, const std::string& name,
              const std::string& path) {
  const int64_t first_byte = exists(path) ? std::min(file_size(path), announced.size_bytes) : 0;
  GrowingFile file(path, first_byte);
  if (first_byte < announced.size_bytes) {
    // Asked for at the hub again, so that its redirect decides anew whether the token may go along.
    const auto source = client.open(request, name, first_byte);
    std::vector<std::byte> piece(kReadBytes);
    while (const size_t got = source->read(piece)) {
      if (file.size_bytes() + static_cast<int64_t>(got) > announced.size_bytes) break;
      file.write(std::span(piece).first(got));
    }
  }
  file.sync();
}

}  // namespace

std::string download_hub_file(HttpClient& client, const HttpRequest& request, const std::string& name,
                              const StopCheck& should_stop, HubCache& cache) {
  const Announced announced = ask_about(client, request, name);
  const std::string blob = cache.blob_path(announced.etag);
  if (exists(blob) && file_size(blob) == announced.size_bytes) return announced.etag;
  const std::string lock_path = cache.lock_path(announced.etag);
  for (const std::string& path : {blob, lock_path}) make_folders(std::filesystem::path(path).parent_path().string());
  const FileLock lock(lock_path, should_stop);
  if (exists(blob) && file_size(blob) == announced.size_bytes) return announced.etag;  // another process was quicker
  const std::string incomplete = cache.incomplete_path(announced.etag);
  download(client, request, announced, name, incomplete);
  if (const std::string problem = difference(incomplete, announced); !problem.empty()) {
    remove_tree(incomplete);
    throw Error(fmt::format("{}: {}; the copy was removed, run again", name, problem));
  }
  SystemCalls& calls = system_calls();
  if (calls.rename(incomplete, blob) != 0) throw_io_error(blob, "cannot rename the download", errno);
  return announced.etag;
}

}  // namespace slm::storage

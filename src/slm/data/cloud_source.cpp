#include "slm/data/cloud_source.h"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <arrow/util/config.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <future>
#include <thread>
#include <type_traits>

#include "slm/core/error.h"
#include "slm/data/arrow_readers.h"
#include "slm/storage/address_name.h"
#include "slm/storage/ascii_text.h"

namespace slm::data {
namespace {

constexpr std::chrono::milliseconds kPatience{50};

[[noreturn]] void fail(const std::string& name, const arrow::Status& status) {
  std::string problem = status.message();
  std::replace(problem.begin(), problem.end(), '\n', ' ');
  throw Error(
      fmt::format("{}: {}; check the name, the network and the credentials of your cloud's tools", name, problem));
}

template <class T>
T value_of(const std::string& name, arrow::Result<T> result) {
  if (!result.ok()) fail(name, result.status());
  return std::move(result).ValueUnsafe();
}

// Arrow's clients wait for a server, and ask again, as long as they like. So `call` has a thread of its own, which is
// left behind when should_stop says so: it must own all that it uses.
template <class Call>
std::invoke_result_t<Call> result_of(const StopCheck& should_stop, Call call) {
  using Result = std::invoke_result_t<Call>;
  if (!should_stop) return call();
  auto task = std::make_shared<std::packaged_task<Result()>>(std::move(call));
  std::future<Result> result = task->get_future();
  std::thread([task] { (*task)(); }).detach();
  while (result.wait_for(kPatience) != std::future_status::ready) throw_if_stopped(should_stop);
  return result.get();
}

struct Place {
  std::shared_ptr<arrow::fs::FileSystem> files;
  std::string path;
};

Place find_place(const std::string& uri) {
  Place place;
  arrow::Result<std::shared_ptr<arrow::fs::FileSystem>> files = arrow::fs::FileSystemFromUri(uri, &place.path);
  // Arrow may have its client of S3 in a library beside its own; where it has none, or that is loaded, this fails.
  const bool has_loaded = !files.ok() && uri.starts_with("s3://") &&
                          arrow::fs::LoadFileSystemFactories("libarrow_s3.so." ARROW_SO_VERSION).ok();
  if (has_loaded) files = arrow::fs::FileSystemFromUri(uri, &place.path);
  place.files = value_of(storage::address_name(uri), std::move(files));
  return place;
}

struct OpenFile {
  Place place;
  std::shared_ptr<arrow::io::RandomAccessFile> content;
  int64_t size = 0;
};

OpenFile open_file(const std::string& uri) {
  OpenFile file{.place = find_place(uri), .content = nullptr};
  const std::string name = storage::address_name(uri);
  file.content = value_of(name, file.place.files->OpenInputFile(file.place.path));
  file.size = value_of(name, file.content->GetSize());
  return file;
}

class CloudSource : public storage::ByteSource {
 public:
  CloudSource(const std::string& uri, StopCheck should_stop)
      : name_(storage::address_name(uri)),
        should_stop_(std::move(should_stop)),
        file_(result_of(should_stop_, [uri] { return open_file(uri); })) {}

  size_t read(std::span<std::byte> into) override {
    const std::shared_ptr<arrow::Buffer> buffer =
        result_of(should_stop_, [name = name_, content = file_.content, size = std::ssize(into)] {
          return value_of(name, content->Read(size));
        });
    const auto size = static_cast<size_t>(buffer->size());
    if (size > 0) std::memcpy(into.data(), buffer->data(), size);
    return size;
  }
  const std::string& name() const override { return name_; }
  std::optional<int64_t> size_bytes() const override { return file_.size; }
  bool seek(int64_t position) override {
    const arrow::Status status = file_.content->Seek(position);
    if (!status.ok()) fail(name_, status);
    return true;
  }

 private:
  std::string name_;
  StopCheck should_stop_;
  OpenFile file_;
};

std::vector<CloudFile> list_files(const std::string& uri) {
  const Place place = find_place(uri);
  const arrow::fs::FileInfo info = value_of(storage::address_name(uri), place.files->GetFileInfo(place.path));
  if (info.type() == arrow::fs::FileType::NotFound)
    throw Error(fmt::format("{}: there is nothing of that name", storage::address_name(uri)));
  if (info.IsFile()) return {{uri, info.size()}};
  arrow::fs::FileSelector selector;
  selector.base_dir = place.path;
  selector.recursive = true;
  // An address may end with options: "gs://bucket/folder?endpoint_override=...".
  const size_t options_begin = std::min(uri.find('?'), uri.size());
  std::string folder = uri.substr(0, options_begin);
  while (folder.ends_with('/')) folder.pop_back();
  std::vector<CloudFile> files;
  std::vector<arrow::fs::FileInfo> entries = value_of(storage::address_name(uri), place.files->GetFileInfo(selector));
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path() < b.path(); });
  for (const arrow::fs::FileInfo& entry : entries) {
    if (!entry.IsFile() || !entry.path().starts_with(place.path)) continue;
    std::string_view rest = std::string_view(entry.path()).substr(place.path.size());
    while (rest.starts_with('/')) rest.remove_prefix(1);
    files.push_back(
        {fmt::format("{}/{}{}", folder, storage::percent_encoded(rest, "/"), uri.substr(options_begin)), entry.size()});
  }
  return files;
}

}  // namespace

void with_arrow::end_cloud_clients() { arrow::fs::EnsureFinalized(); }

std::vector<CloudFile> with_arrow::list_cloud_files(const std::string& uri, const StopCheck& should_stop) {
  return result_of(should_stop, [uri] { return list_files(uri); });
}

std::unique_ptr<storage::ByteSource> with_arrow::open_cloud_file(const std::string& uri, StopCheck should_stop) {
  return std::make_unique<CloudSource>(uri, std::move(should_stop));
}

}  // namespace slm::data

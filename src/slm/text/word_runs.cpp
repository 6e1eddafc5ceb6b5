#include "slm/text/word_runs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <queue>

#include "slm/core/error.h"
#include "slm/storage/failure.h"
#include "slm/storage/local_path.h"
#include "slm/storage/temporary_name.h"
#include "slm/text/counted_words.h"

namespace slm::text {
namespace {

constexpr size_t kWriteBytes = size_t{1} << 20;
constexpr int64_t kMergeBytes = int64_t{8} << 20;  // for reading all runs side by side
constexpr int64_t kMinReadBytes = 1 << 12, kMaxReadBytes = 1 << 18;

void append_number(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

// Goes through the words of one run.
class WordRuns::Reader {
 public:
  Reader(const WordRuns& runs, Run run, size_t buffer_bytes)
      : runs_(runs), at_(run.begin), end_(run.end), num_left_(run.num_words), buffer_(buffer_bytes, '\0') {
    filled_ = place_ = 0;
  }

  std::string_view word() const { return word_; }
  int64_t count() const { return count_; }

  // To the next word; false behind the last.
  bool next() {
    if (num_left_-- == 0) return false;
    word_.resize(number());
    for (size_t done = 0; done < word_.size();) {
      if (place_ == filled_) fill();
      const size_t length = std::min(word_.size() - done, filled_ - place_);
      std::copy_n(buffer_.data() + place_, length, word_.data() + done);
      place_ += length;
      done += length;
    }
    count_ = static_cast<int64_t>(number());
    return true;
  }

 private:
  uint64_t number() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      if (place_ == filled_) fill();
      const auto byte = static_cast<unsigned char>(buffer_[place_++]);
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
  }

  void fill() {
    const auto wanted = std::min<int64_t>(static_cast<int64_t>(buffer_.size()), end_ - at_);
    ssize_t size = 0;
    do {
      size = ::pread(runs_.file_, buffer_.data(), static_cast<size_t>(wanted), at_);
    } while (size < 0 && errno == EINTR);
    if (size <= 0) storage::throw_io_error(runs_.folder_, "cannot read counted words back", size < 0 ? errno : EIO);
    at_ += size;
    filled_ = static_cast<size_t>(size);
    place_ = 0;
  }

  const WordRuns& runs_;
  int64_t at_, end_;  // bytes of the file that are to be read
  int64_t num_left_;
  std::string buffer_;
  size_t filled_, place_;  // in buffer_
  std::string word_;
  int64_t count_ = 0;
};

WordRuns::WordRuns(const std::string& folder, storage::SystemCalls& calls)
    : folder_(storage::local_path(folder)), calls_(calls) {
  open();
}

WordRuns::~WordRuns() {
  if (file_ >= 0) calls_.close(file_);
}

void WordRuns::open() {
  file_ = calls_.open(folder_, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {  // not on this file system
    const std::string path = storage::temporary_name(folder_ + "/counted-words");
    file_ = calls_.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (file_ >= 0) calls_.unlink(path);
  }
  if (file_ < 0) storage::throw_io_error(folder_, "cannot make a temporary file", errno);
}

void WordRuns::flush() {
  for (size_t done = 0; done < buffer_.size();) {
    const ssize_t size = calls_.write(file_, buffer_.data() + done, buffer_.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) storage::throw_io_error(folder_, "cannot write counted words to a temporary file", errno);
    done += static_cast<size_t>(size);
  }
  buffer_.clear();
}

void WordRuns::write(std::string_view word, int64_t count) {
  const size_t before = buffer_.size();
  append_number(buffer_, word.size());
  buffer_ += word;
  append_number(buffer_, static_cast<uint64_t>(count));
  end_ += static_cast<int64_t>(buffer_.size() - before);
  if (buffer_.size() >= kWriteBytes) flush();
}

void WordRuns::append(const std::vector<WordCounts>& tables) {
  Run run{end_, end_, 0};
  for_each_sorted(tables, [&](std::string_view word, int64_t count) {
    write(word, count);
    ++run.num_words;
  });
  flush();
  run.end = end_;
  if (run.num_words > 0) runs_.push_back(run);
}

void WordRuns::merge() {
  if (runs_.size() <= 1) return;
  WordRuns merged(folder_, calls_);
  Run run{0, 0, 0};
  for_each([&](std::string_view word, int64_t count) {
    merged.write(word, count);
    ++run.num_words;
  });
  merged.flush();
  run.end = merged.end_;
  std::swap(file_, merged.file_);
  end_ = merged.end_;
  runs_ = {run};
}

int64_t WordRuns::num_words() const {
  int64_t sum = 0;
  for (const Run& run : runs_) sum += run.num_words;
  return sum;
}

void WordRuns::for_each(const Visit& visit) const {
  if (runs_.empty()) return;
  const auto buffer_bytes = std::clamp(kMergeBytes / static_cast<int64_t>(runs_.size()), kMinReadBytes, kMaxReadBytes);
  std::vector<Reader> readers;
  for (const Run& run : runs_) readers.emplace_back(*this, run, static_cast<size_t>(buffer_bytes));
  const auto is_later = [&](size_t a, size_t b) { return readers[a].word() > readers[b].word(); };
  std::priority_queue<size_t, std::vector<size_t>, decltype(is_later)> queue(is_later);
  for (size_t i = 0; i < readers.size(); ++i) {
    if (readers[i].next()) queue.push(i);
  }
  std::string word;
  while (!queue.empty()) {
    word = readers[queue.top()].word();
    int64_t count = 0;
    while (!queue.empty() && readers[queue.top()].word() == word) {
      const size_t reader = queue.top();
      queue.pop();
      count += readers[reader].count();
      if (readers[reader].next()) queue.push(reader);
    }
    visit(word, count);
  }
}

}  // namespace slm::text

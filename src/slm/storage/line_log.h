#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "slm/storage/system_calls.h"

namespace slm::storage {

// A file of lines that only grows: metrics.jsonl. Each line is one write, so that a reader who follows the file, or a
// kill, sees whole lines; when the disk fills up in the middle of one, its part is taken back and IoError thrown.
class LineLog {
 public:
  // Opens the file behind its last line, or makes it. An unfinished last line is cut off. Throws IoError.
  explicit LineLog(const std::string& uri, SystemCalls& calls = system_calls());
  ~LineLog();
  LineLog(const LineLog&) = delete;
  LineLog& operator=(const LineLog&) = delete;

  void append(std::string_view line);  // adds the newline; `line` has none

  // The file's size: the position behind the last line.
  int64_t size_bytes() const { return size_bytes_; }

  // Drops all lines from byte `size_bytes` on, which is where a line begins. Keeps a file that is not that long as it
  // is.
  void truncate(int64_t size_bytes);

  // Drops the first line for which `keep` is false, and all that follow: a resumed run writes the steps behind its
  // checkpoint again.
  void keep_while(const std::function<bool(std::string_view line)>& keep);

  // Writes all lines out to the disk.
  void sync();

 private:
  SystemCalls& calls_;
  std::string path_;
  int file_ = -1;
  int64_t size_bytes_ = 0;
};

}  // namespace slm::storage

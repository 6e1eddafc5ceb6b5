// How fast a tokenizer encodes a file of documents: tokenizer_speed TOKENIZER DOCUMENTS [THREADS [MAX_MB [USE]]]
//
// A zero byte ends each document. Prints one JSON object: seconds, CPU seconds, bytes, tokens, peak memory in MB, what
// encoding added to it, and the CRC of the ids of every 256 documents. Time is that of encoding alone: the text is in
// memory, and the caches of words are empty. USE: batches (256 documents at a time, about 1 MB, as slm encodes a file;
// the memory of a batch's ids is used again for the next) or once (all documents in one call). Used by
// compare_tokenizers.py.

#include <fmt/format.h>
#include <sys/resource.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "slm/core/error.h"
#include "slm/core/parallel.h"
#include "slm/storage/read_file.h"
#include "slm/text/encode_batch.h"
#include "slm/text/tokenizer.h"

namespace {

constexpr size_t kDocumentsPerDigest = 256;
constexpr size_t kDocumentsPerBatch = 256;

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::vector<std::string_view> documents_of(std::string_view content) {
  std::vector<std::string_view> documents;
  for (size_t end = content.find('\0'); end != std::string_view::npos; end = content.find('\0')) {
    documents.push_back(content.substr(0, end));
    content.remove_prefix(end + 1);
  }
  return documents;
}

int measure(const std::string& tokenizer_path, const std::string& text_path, int threads, double max_mb, bool at_once) {
  slm::set_num_threads(threads);
  const auto tokenizer = slm::text::load_tokenizer(tokenizer_path);
  const std::string content = slm::storage::read_beginning(text_path, static_cast<int64_t>(max_mb * (1 << 20)));
  const std::vector<std::string_view> documents = documents_of(content);
  const double before_mb = peak_mb();
  size_t bytes = 0, num_tokens = 0;
  double seconds = 0, cpu_seconds = 0;
  std::string digests;
  slm::text::BatchEncoding batch;  // what becomes of the ids of a batch is not part of encoding
  const size_t num_together = at_once ? documents.size() : kDocumentsPerBatch;
  for (size_t first = 0; first < documents.size(); first += num_together) {
    const auto texts = std::span(documents).subspan(first, std::min(num_together, documents.size() - first));
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    slm::text::encode_batch(*tokenizer, texts, {}, batch);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    cpu_seconds += static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
    for (const std::string_view text : texts) bytes += text.size();
    for (size_t i = 0; i < texts.size(); i += kDocumentsPerDigest) {
      uLong digest = 0;
      for (size_t k = i; k < std::min(i + kDocumentsPerDigest, texts.size()); ++k) {
        const std::span<const int32_t> ids = batch.ids_of(k);
        num_tokens += ids.size();
        digest = crc32_z(digest, reinterpret_cast<const Bytef*>(ids.data()), ids.size_bytes());
      }
      digests += fmt::format("{}{}", digests.empty() ? "" : ", ", digest);
    }
  }
  const double peak = peak_mb();
  fmt::print("{{\"seconds\": {}, \"cpu_seconds\": {}, \"bytes\": {}, \"tokens\": {}, ", seconds, cpu_seconds, bytes,
             num_tokens);
  fmt::print("\"peak_mb\": {}, \"encoding_mb\": {}, \"digests\": [{}]}}\n", peak, peak - before_mb, digests);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: tokenizer_speed TOKENIZER DOCUMENTS [THREADS [MAX_MB [batches|once]]]\n", stderr);
    return 2;
  }
  try {
    return measure(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 1, argc > 4 ? std::atof(argv[4]) : 1e6,
                   argc > 5 && std::string_view(argv[5]) == "once");
  } catch (const slm::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

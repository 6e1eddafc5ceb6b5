// Reads a corpus as slm prepare does, without a tokenizer, and prints what it costs:
//   corpus_speed INPUT...
// One thread cuts and parses in turns; the two are timed apart, because prepare parses on all of its threads.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <string>
#include <vector>

#include "slm/core/error.h"
#include "slm/data/corpus.h"

namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double megabytes(int64_t bytes) { return static_cast<double>(bytes) / 1e6; }

}  // namespace

int main(int argc, char** argv) {
  try {
    const slm::data::CorpusOptions options;
    slm::data::CorpusReader reader(std::vector<std::string>(argv + 1, argv + argc), options);
    slm::data::SkipCounts skips;
    double cutting = 0, parsing = 0;
    int64_t num_documents = 0, raw_bytes = 0, text_bytes = 0;
    for (slm::data::CorpusBlock block;;) {
      const double begin = seconds();
      if (!reader.next(block)) break;
      const double middle = seconds();
      slm::data::for_each_document(
          block, options,
          [&](const slm::data::CorpusDocument& document) {
            num_documents += document.is_end ? 1 : 0;
            text_bytes += static_cast<int64_t>(document.text.size());
          },
          skips);
      parsing += seconds() - middle;
      cutting += middle - begin;
      raw_bytes += static_cast<int64_t>(block.bytes.size());
    }
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    fmt::print("{} documents, {:.1f} MB stored, {:.1f} MB raw, {:.1f} MB text\n", num_documents,
               megabytes(reader.bytes_read()), megabytes(raw_bytes), megabytes(text_bytes));
    fmt::print("cutting {:.0f} MB/s, parsing {:.0f} MB/s of raw bytes; peak memory {:.0f} MB\n",
               megabytes(raw_bytes) / cutting, megabytes(raw_bytes) / parsing,
               static_cast<double>(usage.ru_maxrss) / 1e3);
  } catch (const slm::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

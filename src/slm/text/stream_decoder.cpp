#include "slm/text/stream_decoder.h"

#include "slm/text/utf8.h"

namespace slm::text {

std::string StreamDecoder::push(int32_t id) {
  decoder_->push({&id, 1}, bytes_);
  const size_t end = complete_utf8_prefix(bytes_);
  std::string out = replace_invalid_utf8(std::string_view(bytes_).substr(0, end));
  bytes_.erase(0, end);
  return out;
}

std::string StreamDecoder::finish() {
  decoder_->finish(bytes_);
  std::string rest = replace_invalid_utf8(bytes_);
  bytes_.clear();
  return rest;
}

}  // namespace slm::text

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "slm/text/decoder.h"

namespace slm::text {

// A step that works on whole tokens.
class TokenStep : public DecoderStep {
 public:
  explicit TokenStep(DecoderStep& next) : next_(&next) {}

  void put(std::string_view part) final { token_ += part; }
  void end_token() final {
    take(token_);
    token_.clear();
    is_first_ = false;
  }
  void finish() final {
    take_end();
    next_->finish();
    is_first_ = true;
  }

 protected:
  // A token, which may be changed.
  virtual void take(std::string& token) = 0;
  // After the last one.
  virtual void take_end() {}
  // Whether the token that is taken is the first one of its text.
  bool is_first() const { return is_first_; }

  void give(std::string_view token) {
    next_->put(token);
    next_->end_token();
  }
  DecoderStep& next() { return *next_; }

 private:
  DecoderStep* next_;
  std::string token_;
  bool is_first_ = true;
};

// Of a decoder that has none.
struct NoOptions {};

// A decoder whose steps are made from `options` and the next step.
template <typename Step, typename Options>
class DecoderOf final : public Decoder {
 public:
  explicit DecoderOf(Options options) : options_(std::move(options)) {}
  std::unique_ptr<DecoderStep> start(DecoderStep& next) const override {
    return std::make_unique<Step>(options_, next);
  }

 private:
  Options options_;
};

template <typename Step, typename Options>
std::unique_ptr<Decoder> decoder_of(Options options) {
  return std::make_unique<DecoderOf<Step, Options>>(std::move(options));
}

}  // namespace slm::text

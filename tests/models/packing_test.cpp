// Batches of packed documents against one document at a time, through the whole model.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "slm/autograd/tape.h"
#include "slm/core/philox.h"
#include "slm/data/loader.h"
#include "slm/kernels/isa.h"
#include "slm/models/decoder.h"
#include "slm/train/accumulated_gradient.h"
#include "slm/train/batch_tensors.h"
#include "slm/train/evaluation.h"
#include "support/close.h"

namespace slm::models {
namespace {

using data::Packing;
using nn::ComputeType;

constexpr int64_t kSeqLen = 100, kNumWindows = 4, kVocabSize = 50;

DecoderConfig small_config(Family family) {
  DecoderConfig config = family_defaults(family);
  config.vocab_size = kVocabSize;
  config.embed_dim = 24;
  config.num_heads = 3;
  config.num_kv_heads = family == Family::kLlama ? 1 : 3;
  config.head_dim = 8;
  config.hidden_dim = 40;
  config.num_layers = 2;
  config.max_seq_len = kSeqLen;
  config.dropout = 0;
  return config;
}

// A text inside a window, by itself: tokens [begin, end) of the source, each of which predicts the next one, the last
// one only where `predicts_next` says so.
struct Piece {
  int64_t window, begin, end;
  bool predicts_next;
};

struct Corpus {
  data::TokenSource source;
  std::vector<int64_t> starts;  // of its documents
};

// Documents of 1 to 150 tokens, most of them short: some windows hold many, some lie within one.
Corpus make_corpus() {
  const RandomStream random{.seed = 4, .stream = 9, .step = 0};
  std::vector<uint16_t> ids;
  const auto starts = std::make_shared<std::vector<uint64_t>>();
  for (uint64_t i = 0; std::ssize(ids) < kSeqLen * kNumWindows + 1; ++i) {
    starts->push_back(ids.size());
    const uint32_t length = 1 + random.word(3 * i) % (i % 4 == 3 ? 150 : 25);
    for (uint32_t j = 0; j < length; ++j)
      ids.push_back(static_cast<uint16_t>(random.word(1000 + ids.size()) % kVocabSize));
  }
  ids.resize(kSeqLen * kNumWindows + 1);
  Corpus corpus;
  corpus.starts.assign(starts->begin(), starts->end());
  corpus.source = data::TokenSource(ids, "documents").with_document_starts(starts, *starts);
  return corpus;
}

std::vector<Piece> pieces_of(const Corpus& corpus, Packing packing) {
  std::vector<Piece> pieces;
  const auto is_start = [&](int64_t at) { return std::count(corpus.starts.begin(), corpus.starts.end(), at) > 0; };
  for (int64_t window = 0; window < kNumWindows; ++window) {
    int64_t begin = window * kSeqLen;
    const int64_t window_end = begin + kSeqLen;
    while (begin < window_end) {
      int64_t end = begin + 1;
      while (end < window_end && (packing == Packing::kStream || !is_start(end))) ++end;
      pieces.push_back({window, begin, end, packing == Packing::kStream || !is_start(end)});
      begin = end;
    }
  }
  return pieces;
}

struct PieceTensors {
  Tensor tokens, targets;  // (1, length)
};

PieceTensors tensors_of(const Piece& piece, const data::TokenSource& source) {
  const int64_t length = piece.end - piece.begin;
  std::vector<int32_t> tokens, targets;
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    tokens.push_back(static_cast<int32_t>(source[i]));
    const bool is_scored = i + 1 < piece.end || piece.predicts_next;
    targets.push_back(is_scored ? static_cast<int32_t>(source[i + 1]) : -1);
  }
  return {Tensor::from<int32_t>(tokens, {1, length}), Tensor::from<int32_t>(targets, {1, length})};
}

struct Case {
  Family family;
  ComputeType compute_type;
  Packing packing;
};

std::string name_of(const testing::TestParamInfo<Case>& info) {
  const auto [family, type, packing] = info.param;
  const char* type_name = type == ComputeType::kFloat64 ? "fp64" : type == ComputeType::kFloat32 ? "fp32" : "bf16";
  return fmt::format("{}_{}_{}", name(family), type_name, packing == Packing::kStream ? "stream" : "documents");
}

class PackedModel : public testing::TestWithParam<Case> {
 protected:
  PackedModel()
      : model_(small_config(GetParam().family), GetParam().compute_type, /*seed=*/1), corpus_(make_corpus()) {}

  void SetUp() override {
    if (GetParam().compute_type == ComputeType::kBFloat16 && !kernels::has_native_bf16()) {
      GTEST_SKIP() << "no bf16 products on " << kernels::isa_description();
    }
  }

  data::Batch whole_batch() const {
    data::Loader loader(corpus_.source, {.seq_len = kSeqLen,
                                         .batch_size = kNumWindows,
                                         .vocab_size = kVocabSize,
                                         .sampling = data::Sampling::kSequential,
                                         .packing = GetParam().packing});
    return loader.next();
  }

  // The same sums, over other blocks of rows and keys. In bf16 every result is rounded to 8 bits, from sums whose order
  // differs.
  double limit() const {
    switch (GetParam().compute_type) {
      case ComputeType::kFloat64:
        return 1e-12;
      case ComputeType::kFloat32:
        return 2e-5;
      default:
        return 0.03;
    }
  }

  Decoder model_;
  Corpus corpus_;
};

TEST_P(PackedModel, HasTheLogitsOfOneTextAtATime) {
  const train::BatchTensors batch = train::to_tensors(whole_batch());
  nn::ForwardContext context;
  batch.describe_to(context);
  const Tensor got =
      model_.logits(model_.hidden_states(batch.tokens, context)).reshape({kNumWindows * kSeqLen, kVocabSize});
  for (const Piece& piece : pieces_of(corpus_, GetParam().packing)) {
    SCOPED_TRACE(fmt::format("tokens {} to {}", piece.begin, piece.end));
    const int64_t length = piece.end - piece.begin;
    const Tensor want = model_.logits(model_.hidden_states(tensors_of(piece, corpus_.source).tokens, {}));
    EXPECT_TRUE(test::close(got.slice(piece.begin, length), want.reshape({length, kVocabSize}), limit()));
  }
}

TEST_P(PackedModel, HasTheLossAndGradientsOfOneTextAtATime) {
  const data::Batch batch = whole_batch();
  const std::vector<nn::Parameter*> parameters = model_.parameters();
  const auto gathered = train::accumulate_gradient(model_, parameters, std::span(&batch, 1), {});
  std::vector<Tensor> got;
  for (const nn::Parameter* parameter : parameters) got.push_back(parameter->variable.grad().clone());

  optim::clear_gradients(parameters);
  double loss_sum = 0;
  int64_t num_targets = 0;
  for (const Piece& piece : pieces_of(corpus_, GetParam().packing)) {
    const PieceTensors alone = tensors_of(piece, corpus_.source);
    Tape tape;
    const auto result = model_.loss(alone.tokens, alone.targets,
                                    {.scale = 1.0 / static_cast<double>(batch.num_targets)}, {.is_training = true});
    loss_sum += result.loss_sum;
    num_targets += result.num_targets;
    tape.backward(result.loss);
  }
  EXPECT_EQ(gathered.num_targets, num_targets);
  EXPECT_EQ(batch.global_num_targets, num_targets);
  EXPECT_NEAR(gathered.loss_sum / loss_sum, 1, limit());
  for (size_t i = 0; i < parameters.size(); ++i) {
    SCOPED_TRACE(parameters[i]->name);
    const bool is_bf16 = GetParam().compute_type == ComputeType::kBFloat16;
    EXPECT_LT(test::norm_error(got[i], parameters[i]->variable.grad()), (is_bf16 ? 1 : 10) * limit());
  }
}

TEST_P(PackedModel, EvaluatesAsOneTextAtATime) {
  const auto got = train::Evaluator(corpus_.source, model_.config(), /*batch_size=*/4, GetParam().packing);
  const train::Evaluation evaluation = got.evaluate(model_);
  double loss_sum = 0;
  int64_t num_targets = 0;
  for (const Piece& piece : pieces_of(corpus_, GetParam().packing)) {
    const PieceTensors alone = tensors_of(piece, corpus_.source);
    const auto result = model_.loss(alone.tokens, alone.targets, {}, {});
    loss_sum += result.loss_sum;
    num_targets += result.num_targets;
  }
  EXPECT_EQ(evaluation.num_targets, num_targets);
  EXPECT_NEAR(evaluation.loss / (loss_sum / static_cast<double>(num_targets)), 1, limit());
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const Family family : {Family::kClassic, Family::kGpt2, Family::kLlama}) {
    for (const ComputeType type : {ComputeType::kFloat64, ComputeType::kFloat32, ComputeType::kBFloat16}) {
      cases.push_back({family, type, Packing::kDocuments});
      if (type == ComputeType::kFloat32) cases.push_back({family, type, Packing::kStream});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(EveryFamily, PackedModel, testing::ValuesIn(all_cases()), name_of);

}  // namespace
}  // namespace slm::models

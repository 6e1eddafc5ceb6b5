// slm as a library: trains a small character-level model on a text and prints what it writes.
//   train_from_cpp [TEXT_FILE] [STEPS]       without a file: the built-in stories
#include <slm/autograd/tape.h>
#include <slm/data/loader.h>
#include <slm/data/open_data.h>
#include <slm/generate/generate.h>
#include <slm/kernels/register.h>
#include <slm/models/decoder.h>
#include <slm/optim/gradient_norm.h>
#include <slm/optim/make_optimizer.h>

#include <exception>
#include <iostream>
#include <string>

using namespace slm;

void train_and_write(const std::string& path, int64_t num_steps) {
  constexpr int64_t kSeqLen = 64, kBatchSize = 16;
  const data::Data data = data::open_data({.data = path, .max_seq_len = kSeqLen});
  data::Loader loader(data.train, {.seq_len = kSeqLen, .batch_size = kBatchSize, .vocab_size = data.vocab_size});

  models::DecoderConfig config = models::family_defaults(models::Family::kGpt2);
  config.vocab_size = data.vocab_size;
  config.max_seq_len = kSeqLen;
  const models::Decoder model(config, nn::ComputeType::kFloat32, /*seed=*/42);
  const std::vector<nn::Parameter*> parameters = model.parameters();
  const auto optimizer = optim::make_optimizer({.beta2 = 0.99, .weight_decay = 0.1}, parameters);

  for (int64_t step = 0; step < num_steps; ++step) {
    const data::Batch batch = loader.next();
    const Shape shape{batch.num_rows, batch.seq_len};
    const Tensor tokens = Tensor::from<int32_t>(batch.tokens, shape);
    const Tensor targets = Tensor::from<int32_t>(batch.targets, shape);
    const double num_targets = static_cast<double>(batch.num_targets);
    optim::clear_gradients(parameters);
    Tape tape;  // while it lives, ops record themselves
    const auto result = model.loss(tokens, targets, {.scale = 1 / num_targets}, {.is_training = true});
    tape.backward(result.loss);
    const double norm = optim::gradient_norm(parameters).value;
    optimizer->step({.learning_rate = 2e-3, .gradient_scale = optim::clip_scale(norm, 1.0)});
    if (step % 10 == 0) std::cout << "step " << step << "  loss " << result.loss_sum / num_targets << std::endl;
  }

  const std::vector<int32_t> prompt = data.tokenizer->encode("The ");
  const auto written = generate::generate(model, data.tokenizer.get(), prompt, {.sampling = {.temperature = 0.8}});
  std::cout << "The " << written.samples[0].text << "\n";
}

int main(int argc, char** argv) try {
  kernels::register_cpu_kernels();  // once, before anything computes
  train_and_write(argc > 1 ? argv[1] : "stories", argc > 2 ? std::stoll(argv[2]) : 200);
} catch (const std::exception& error) {
  std::cerr << "train_from_cpp: " << error.what() << "\n";
  return 1;
}

#include "slm/cli/run_options.h"

#include "slm/optim/make_optimizer.h"
#include "slm/optim/schedule.h"

namespace slm::cli {

void TrainDataFlags::define(OptionTable& options) {
  options.heading("Data");
  options.add("data", data,
              "What to train on: 'dummy' (10,000 random tokens), 'stories' (the built-in corpus), the output of "
              "'slm prepare', a text file or folder, a .bin shard or a .pt tensor of token ids; with --tokenizer "
              "anything that 'slm prepare' takes; or several of these with weights, as in a:0.7,b:0.3.");
  options.add("val_data", val_data,
              "What to validate on, the same kinds; without it, the validation part of a prepared --data, or its end.");
  options.add("val_fraction", val_fraction,
              "Part of --data, at its end, to validate on where it has no part for that; 0 for none.",
              {.low = 0, .high = 1, .excludes_high = true});
  options.add("tokenizer", tokenizer,
              "Of text or of the token ids: 'char', 'byte', or the path of a tokenizer.json or its folder.",
              "char for text");
  options.add("text_column", text_column,
              "Of JSON, CSV and Parquet: where the text is; in JSON also a path, as in a.b.");
}

void TrainFlags::define(OptionTable& options) {
  const Range steps{.low = 0, .high = 1e12};
  options.heading("Training");
  options.add("batch_size", values_.batch_size, "Sequences per pass through the model.", {.low = 1, .high = 1000000});
  options.add("gradient_accumulation_steps", values_.gradient_accumulation_steps,
              "Passes whose gradients add up to one update.", {.low = 1, .high = 1000000});
  options.add("epochs", values_.epochs, "Passes over the training data.", {.low = 1, .high = 1e9});
  options.add("max_steps", values_.max_steps, "Updates of the whole run; overrides --epochs. 0: no limit.", steps);
  options.add_choice("sampling", sampling_, {"shuffle", "random", "sequential"},
                     "Training windows: each once per epoch in random order, independent random ones, or in order.");
  options.add_choice("packing", packing_, {"stream", "documents"},
                     "documents: no token attends to or is predicted from another document, and positions begin anew "
                     "with each; stream: windows cross the borders.");
  options.add("seed", values_.seed, "Fixes initialisation, order of the data and dropout.");
  options.add_choice("optimizer", optimizer_, {"adamw", "sgd", "muon"}, "What turns gradients into updates.");
  options.add("learning_rate", values_.learning_rate, "Highest learning rate.",
              {.low = 0, .high = 1e6, .excludes_low = true});
  options.add("weight_decay", values_.optimizer.weight_decay, "Of matrices and embeddings; norms and biases have none.",
              {.low = 0});
  options.add("beta1", values_.optimizer.beta1, "Decay of the first moment; SGD's momentum.",
              {.low = 0, .high = 1, .excludes_high = true});
  options.add("beta2", values_.optimizer.beta2, "Decay of the second moment.",
              {.low = 0, .high = 1, .excludes_high = true});
  options.add("eps", values_.optimizer.eps, "Added to the root of the second moment.",
              {.low = 0, .excludes_low = true});
  options.add("grad_clip", values_.grad_clip, "Largest norm of all gradients together; 0: no limit.", {.low = 0});
  options.add_choice("schedule", schedule_, {"constant", "linear", "cosine", "wsd"}, "Course of the learning rate.");
  options.add("warmup_steps", values_.warmup_steps, "Updates over which the learning rate rises.", steps);
  options.add("min_learning_rate", values_.min_learning_rate, "Where linear, cosine and wsd end.", {.low = 0});
  options.add("label_smoothing", values_.label_smoothing, "Part of the target's probability spread over all tokens.",
              {.low = 0, .high = 1, .excludes_high = true});
  options.add_flag("recompute", values_.recompute, "Compute each block twice and keep less: a third slower.");
  options.heading("Run");
  options.add("eval_every", values_.eval_every, "Updates between evaluations, besides each epoch's end. 0: only there.",
              steps);
  options.add("save_every", values_.save_every, "Updates between checkpoints. 0: at the end of each epoch.", steps);
  options.add("keep_last", values_.keep_last, "Checkpoints to keep, besides the best.", {.low = 1, .high = 1000000});
  options.add("sample_every", values_.sample_every, "Updates between sample texts. 0: none.", steps);
}

train::TrainOptions TrainFlags::options() const {
  train::TrainOptions options = values_;
  options.optimizer.kind = optim::parse_optimizer(optimizer_);
  options.schedule = optim::parse_schedule(schedule_);
  options.sampling = data::parse_sampling(sampling_);
  options.packing = data::parse_packing(packing_);
  train::validate(options);
  return options;
}

}  // namespace slm::cli

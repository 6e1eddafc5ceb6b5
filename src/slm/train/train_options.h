#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "slm/data/loader.h"
#include "slm/optim/make_optimizer.h"
#include "slm/optim/schedule.h"

namespace slm::train {

// A file that belongs to a run beside its tensors: config.json, tokenizer.json.
struct RunFile {
  std::string name;
  std::string content;
};

// How to train. Names and defaults are those of the command line's flags.
struct TrainOptions {
  // Sequences of one pass through the model. More use the machine better and take more memory.
  int64_t batch_size = 32;
  // Passes whose gradients add up to one update: a batch of batch_size times as many sequences in the memory of one.
  // The last update of an epoch takes the passes that are left.
  int64_t gradient_accumulation_steps = 1;
  // Passes over the training data. Not used with max_steps.
  int64_t epochs = 5;
  // Updates of the whole run, however many epochs they take; the schedule's length too. 0: `epochs` decides.
  int64_t max_steps = 0;
  // Every window once per epoch in random order, independent random windows, or in order.
  data::Sampling sampling = data::Sampling::kShuffle;
  // Whether a window is one text or as many as it has parts of documents.
  data::Packing packing = data::Packing::kStream;
  // Fixes the order of the data and all dropout masks. A resumed run keeps the seed it was started with.
  uint64_t seed = 42;

  // What turns gradients into updates, and its constants.
  optim::OptimizerOptions optimizer;
  // The highest learning rate: what each update is multiplied by.
  double learning_rate = 1e-3;
  // How the learning rate moves over the run.
  optim::ScheduleKind schedule = optim::ScheduleKind::kConstant;
  // Updates over which the learning rate rises to its highest.
  int64_t warmup_steps = 0;
  // Where linear, cosine and wsd end.
  double min_learning_rate = 0;
  // The norm of all gradients together is scaled down to this where it is larger. 0: never.
  double grad_clip = 1.0;
  // The part of each target's probability that goes to all tokens alike, in [0, 1). Training only.
  double label_smoothing = 0;
  // Keep only what enters each block and compute the block again in the backward pass: less memory, a third more work.
  bool recompute = false;

  // Updates between two evaluations on the validation data, besides the one that ends each epoch. 0: only that one.
  int64_t eval_every = 0;
  // Updates between two checkpoints. 0: one at the end of each epoch. The end of a run always leaves one.
  int64_t save_every = 0;
  // Checkpoints to keep, the newest ones, besides the best. At least 1.
  int64_t keep_last = 3;
  // Updates between two sample texts. 0: none.
  int64_t sample_every = 0;

  // Where checkpoints and the final model go. Empty: nothing is written.
  std::string model_dir;
  // Written to model_dir and into each checkpoint.
  std::vector<RunFile> run_files;
};

// Throws UsageError that names the first value that cannot be, and what it could be.
void validate(const TrainOptions& options);

}  // namespace slm::train

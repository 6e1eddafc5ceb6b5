#include "slm/optim/make_optimizer.h"

#include <fmt/format.h>

#include "slm/core/error.h"
#include "slm/optim/adamw.h"
#include "slm/optim/muon.h"
#include "slm/optim/sgd.h"

namespace slm::optim {

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, Parameters parameters) {
  const AdamWOptions adamw{options.beta1, options.beta2, options.eps, options.weight_decay};
  switch (options.kind) {
    case OptimizerKind::kAdamW:
      return std::make_unique<AdamW>(parameters, adamw);
    case OptimizerKind::kSgd:
      return std::make_unique<Sgd>(parameters,
                                   SgdOptions{.momentum = options.beta1, .weight_decay = options.weight_decay});
    case OptimizerKind::kMuon: {
      MuonOptions muon;
      muon.adamw = adamw;
      return std::make_unique<Muon>(parameters, muon);
    }
  }
  return nullptr;
}

std::string_view name(OptimizerKind kind) {
  constexpr std::string_view kNames[] = {"adamw", "sgd", "muon"};
  return kNames[static_cast<int>(kind)];
}

OptimizerKind parse_optimizer(std::string_view text) {
  for (const OptimizerKind kind : {OptimizerKind::kAdamW, OptimizerKind::kSgd, OptimizerKind::kMuon}) {
    if (text == name(kind)) return kind;
  }
  throw UsageError(fmt::format("--optimizer: got '{}', expected adamw, sgd or muon", text));
}

}  // namespace slm::optim

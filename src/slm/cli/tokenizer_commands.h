#pragma once

#include <memory>

#include "slm/cli/command.h"

namespace slm::cli {

// slm tokenizer train, encode, decode, show
std::unique_ptr<Command> make_tokenizer_train_command();
std::unique_ptr<Command> make_tokenizer_encode_command();
std::unique_ptr<Command> make_tokenizer_decode_command();
std::unique_ptr<Command> make_tokenizer_show_command();

}  // namespace slm::cli

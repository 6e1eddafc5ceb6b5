#include "slm/text/special_tokens.h"

#include <initializer_list>

namespace slm::text {
namespace {

using Find = std::function<std::optional<int32_t>(std::string_view)>;

std::optional<int32_t> first_of(const Find& find, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const auto id = find(name)) return id;
  return std::nullopt;
}

}  // namespace

std::optional<int32_t> SpecialTokens::document_separator() const { return eos ? eos : sep ? sep : bos; }

std::optional<int32_t> SpecialTokens::end_of_text() const { return eos ? eos : sep; }

SpecialTokens guess_special_tokens(const Find& find) {
  SpecialTokens roles;
  roles.bos = first_of(find, {"<|begin_of_text|>", "<|startoftext|>", "<s>", "<bos>", "[BOS]", "<|endoftext|>"});
  roles.eos = first_of(find, {"<|end_of_text|>", "<|endoftext|>", "</s>", "<eos>", "[EOS]"});
  roles.pad = first_of(find, {"[PAD]", "<pad>", "<|pad|>", "<|padding|>", "<|finetune_right_pad_id|>"});
  roles.unk = first_of(find, {"[UNK]", "<unk>", "<|unk|>"});
  roles.sep = first_of(find, {"[SEP]", "<sep>"});
  roles.cls = first_of(find, {"[CLS]", "<cls>"});
  roles.mask = first_of(find, {"[MASK]", "<mask>"});
  return roles;
}

}  // namespace slm::text

#include "slm/formats/torch_state_dict.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "slm/core/error.h"
#include "slm/formats/printable.h"

namespace slm::formats {
namespace {

constexpr std::string_view kOrderedDict = "collections.OrderedDict";
constexpr std::string_view kRebuildTensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kRebuildTensorWithDtype = "torch._utils._rebuild_tensor_v3";
constexpr std::string_view kRebuildParameter = "torch._utils._rebuild_parameter";
constexpr std::string_view kUntypedStorage = "torch.storage.UntypedStorage";
constexpr std::string_view kTorchPrefix = "torch.";
constexpr std::array<std::string_view, 3> kNestedKeys = {"state_dict", "model_state_dict", "model"};
constexpr std::string_view kSingleTensorName = "tensor";

std::string_view without_prefix(std::string_view global) {
  return global.starts_with(kTorchPrefix) ? global.substr(kTorchPrefix.size()) : std::string_view();
}

class StateDictReader {
 public:
  StateDictReader(const std::string& path, const Pickle& pickle, const FindStorage& find_storage)
      : path_(path), pickle_(pickle), find_storage_(find_storage) {}

  std::vector<TensorEntry> read() {
    const PickleValue& root = pickle_[pickle_.root];
    if (is_tensor(root)) {
      add(std::string(kSingleTensorName), root);
    } else if (is_dict(root)) {
      read_dict(dict_with_tensors(root));
    } else if (root.kind == PickleKind::kList || root.kind == PickleKind::kTuple) {
      for (size_t i = 0; i < root.items.size(); ++i) {
        if (is_tensor(pickle_[root.items[i]])) add(std::to_string(i), pickle_[root.items[i]]);
      }
    }
    if (entries_.empty()) fail(root, "holds no tensors, expected a state dict: save model.state_dict()");
    return std::move(entries_);
  }

 private:
  bool is_call_of(const PickleValue& value, std::string_view global) const {
    return value.kind == PickleKind::kCall && pickle_[value.callable].global == global;
  }
  bool is_dict(const PickleValue& value) const {
    return value.kind == PickleKind::kDict || is_call_of(value, kOrderedDict);
  }
  bool is_tensor(const PickleValue& value) const {
    return is_call_of(value, kRebuildTensor) || is_call_of(value, kRebuildTensorWithDtype) ||
           is_call_of(value, kRebuildParameter);
  }

  bool has_tensors(const PickleValue& dict) const {
    for (size_t i = 1; i < dict.items.size(); i += 2) {
      if (is_tensor(pickle_[dict.items[i]])) return true;
    }
    return false;
  }

  const PickleValue& dict_with_tensors(const PickleValue& root) const {
    if (has_tensors(root)) return root;
    for (const std::string_view wanted : kNestedKeys) {
      for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
        const PickleValue& key = pickle_[root.items[i]];
        const PickleValue& value = pickle_[root.items[i + 1]];
        if (key.kind == PickleKind::kString && key.text == wanted && is_dict(value) && has_tensors(value)) return value;
      }
    }
    return root;
  }

  void read_dict(const PickleValue& dict) {
    for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
      const PickleValue& key = pickle_[dict.items[i]];
      const PickleValue& value = pickle_[dict.items[i + 1]];
      if (!is_tensor(value)) continue;
      if (key.kind == PickleKind::kInt) {
        add(std::to_string(key.integer), value);
      } else if (key.kind == PickleKind::kString) {
        add(std::string(key.text), value);
      } else {
        fail(key, "a tensor's name is no string");
      }
    }
  }

  std::span<const PickleRef> arguments(const PickleValue& call, size_t at_least) const {
    const std::vector<PickleRef>& items = pickle_[call.argument].items;
    if (items.size() < at_least) {
      fail(call,
           fmt::format("'{}' has {} arguments, expected {}", pickle_[call.callable].global, items.size(), at_least));
    }
    return items;
  }

  int64_t non_negative(PickleRef ref, std::string_view what) const {
    const PickleValue& value = pickle_[ref];
    if (value.kind != PickleKind::kInt) fail(value, fmt::format("the {} of a tensor is no integer", what));
    if (value.integer < 0) fail(value, fmt::format("the {} of a tensor is negative: {}", what, value.integer));
    return value.integer;
  }

  void add(std::string name, const PickleValue& value) {
    if (!names_.insert(name).second) fail(value, fmt::format("tensor '{}' comes twice", printable(name)));
    const PickleValue* call = &value;
    // A parameter is made from a tensor that was made before it, so this ends.
    while (is_call_of(*call, kRebuildParameter)) {
      const PickleRef inner = arguments(*call, 1)[0];
      if (&pickle_[inner] >= call || !is_tensor(pickle_[inner])) fail(*call, "a parameter is made from no tensor");
      call = &pickle_[inner];
    }
    TensorEntry entry;
    entry.name = std::move(name);
    const bool has_dtype = is_call_of(*call, kRebuildTensorWithDtype);
    const std::span<const PickleRef> args = arguments(*call, has_dtype ? 7 : 4);
    if (has_dtype) entry.type = type_of(pickle_[args[6]], entry.name);
    place(entry, *call, args, has_dtype);
    entries_.push_back(std::move(entry));
  }

  ElementType type_of(const PickleValue& dtype, const std::string& tensor_name) const {
    const auto type = dtype.kind == PickleKind::kGlobal ? from_torch_name(without_prefix(dtype.global)) : std::nullopt;
    if (!type) fail(dtype, fmt::format("tensor '{}' has a dtype that slm does not read", printable(tensor_name)));
    return *type;
  }

  // Fills in shape, strides and offset from the arguments (storage, offset, shape, strides, ...), with `entry.type`
  // from the storage's class unless it is set already.
  void place(TensorEntry& entry, const PickleValue& call, std::span<const PickleRef> args, bool has_type) const {
    const auto fail_tensor = [&](std::string_view problem) {
      fail(call, fmt::format("tensor '{}' {}", printable(entry.name), problem));
    };
    const PickleValue& persistent = pickle_[args[0]];
    if (persistent.kind != PickleKind::kPersistentId) fail_tensor("has no storage");
    const PickleValue& id = pickle_[persistent.argument];  // ('storage', class, key, location, number of elements)
    const bool is_storage =
        id.kind == PickleKind::kTuple && id.items.size() >= 5 && pickle_[id.items[0]].text == "storage" &&
        pickle_[id.items[1]].kind == PickleKind::kGlobal && pickle_[id.items[2]].kind == PickleKind::kString;
    if (!is_storage) fail_tensor("has no storage");
    if (!has_type) {
      const auto type = from_torch_storage_name(without_prefix(pickle_[id.items[1]].global));
      if (!type) fail_tensor("has a storage of no type");
      entry.type = *type;
    }
    const std::string_view key = pickle_[id.items[2]].text;
    const std::optional<StorageRecord> record = find_storage_(key);
    if (!record) fail_tensor(fmt::format("is in storage '{}', which the archive lacks", printable(key)));
    entry.record = record->index;
    const int64_t element_bytes = formats::size_bytes(entry.type);
    const int64_t count = non_negative(id.items[4], "storage size");
    const int64_t num_stored = has_type ? count / element_bytes : count;
    if (num_stored > record->size_bytes / element_bytes) {
      fail_tensor(fmt::format("needs a storage of {} {}, but record '{}' has {} bytes", num_stored, name(entry.type),
                              printable(key), record->size_bytes));
    }
    const int64_t first = non_negative(args[1], "offset");
    read_layout(entry, call, pickle_[args[2]], pickle_[args[3]]);

    int64_t num_elements = 1, last = first;  // the position of the last element
    bool is_inside = true;
    for (int dim = 0; dim < entry.shape.rank(); ++dim) {
      if (__builtin_mul_overflow(num_elements, entry.shape[dim], &num_elements)) fail_tensor("is larger than any file");
    }
    for (int dim = 0; dim < entry.shape.rank() && num_elements > 0; ++dim) {
      int64_t span = 0;
      is_inside = is_inside &&
                  !__builtin_mul_overflow(entry.shape[dim] - 1, entry.strides[static_cast<size_t>(dim)], &span) &&
                  !__builtin_add_overflow(last, span, &last);
    }
    if (num_elements > 0 && (!is_inside || last >= num_stored)) {
      fail_tensor(fmt::format("goes beyond its storage of {} elements", num_stored));
    }
    // Also what keeps reading it from taking more memory than the file has bytes.
    if (num_elements > num_stored) {
      fail_tensor(fmt::format("has shape {}, but its storage only {} elements: save tensor.contiguous()",
                              to_string(entry.shape), num_stored));
    }
    entry.offset = record->offset + (num_elements > 0 ? first * element_bytes : 0);
    if (num_elements == 0) entry.strides = contiguous_strides(entry.shape);
  }

  void read_layout(TensorEntry& entry, const PickleValue& call, const PickleValue& shape,
                   const PickleValue& strides) const {
    const bool are_tuples = shape.kind == PickleKind::kTuple && strides.kind == PickleKind::kTuple;
    if (!are_tuples || shape.items.size() != strides.items.size()) {
      fail(call, fmt::format("tensor '{}' has a shape and strides of different lengths", printable(entry.name)));
    }
    if (shape.items.size() > Shape::kMaxRank) {
      fail(call, fmt::format("tensor '{}' has {} dimensions, at most {} are expected", printable(entry.name),
                             shape.items.size(), Shape::kMaxRank));
    }
    for (const PickleRef dim : shape.items) entry.shape.push_back(non_negative(dim, "shape"));
    for (const PickleRef stride : strides.items) entry.strides.push_back(non_negative(stride, "stride"));
  }

  [[noreturn]] void fail(const PickleValue& value, std::string_view problem) const {
    throw FormatError(path_, value.offset, problem);
  }

  const std::string& path_;
  const Pickle& pickle_;
  const FindStorage& find_storage_;
  std::vector<TensorEntry> entries_;
  std::set<std::string> names_;
};

// Writes the opcodes of protocol 2 that a state dict needs.
class PickleWriter {
 public:
  void opcodes(std::string_view bytes) { out_ += bytes; }

  void global(std::string_view module, std::string_view name) { out_ += fmt::format("c{}\n{}\n", module, name); }

  void text(std::string_view value) {
    out_ += 'X';
    number(static_cast<uint32_t>(value.size()));
    out_ += value;
  }

  void integer(int64_t value) {
    if (value >= 0 && value <= INT32_MAX) {
      out_ += 'J';
      number(static_cast<int32_t>(value));
    } else {
      out_ += "\x8a\x08";
      number(value);
    }
  }

  void integers(std::span<const int64_t> values) {
    out_ += '(';
    for (const int64_t value : values) integer(value);
    out_ += 't';
  }

  std::string take() { return std::move(out_); }

 private:
  template <class T>
  void number(T value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }

  std::string out_;
};

void write_tensor(PickleWriter& out, const OutputTensor& tensor, int64_t key) {
  const ElementType type = element_type_of(tensor.dtype);
  const std::string_view storage_name = torch_storage_name(type);
  const bool is_untyped = storage_name.empty();
  const int64_t num_elements = tensor.shape.num_elements();
  out.global("torch._utils", is_untyped ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
  out.opcodes("((");
  out.text("storage");
  if (is_untyped) {
    out.global("torch.storage", "UntypedStorage");
  } else {
    out.global("torch", storage_name);
  }
  out.text(std::to_string(key));
  out.text("cpu");
  out.integer(is_untyped ? num_elements * formats::size_bytes(type) : num_elements);
  out.opcodes("tQ");  // the tuple identifies the storage
  out.integer(0);
  out.integers({tensor.shape.begin(), tensor.shape.end()});
  out.integers(contiguous_strides(tensor.shape));
  out.opcodes("\x89");  // requires_grad: False
  out.global("collections", "OrderedDict");
  out.opcodes(")R");  // no hooks
  if (is_untyped) out.global("torch", name(type));
  out.opcodes("tR");
}

}  // namespace

bool is_state_dict_global(std::string_view global) {
  const std::string_view torch_name = without_prefix(global);
  return global == kOrderedDict || global == kRebuildTensor || global == kRebuildTensorWithDtype ||
         global == kRebuildParameter || global == kUntypedStorage || global == "torch.Size" ||
         global == "torch.device" || from_torch_storage_name(torch_name) || from_torch_name(torch_name);
}

std::vector<TensorEntry> read_state_dict(const std::string& path, const Pickle& pickle,
                                         const FindStorage& find_storage) {
  return StateDictReader(path, pickle, find_storage).read();
}

std::string pickle_state_dict(std::span<const OutputTensor> tensors, std::span<const int64_t> keys) {
  PickleWriter out;
  out.opcodes("\x80\x02");
  out.global("collections", "OrderedDict");
  out.opcodes(")R(");
  for (size_t i = 0; i < tensors.size(); ++i) {
    out.text(tensors[i].name);
    write_tensor(out, tensors[i], keys[i]);
  }
  out.opcodes("u.");
  return out.take();
}

std::string pickle_tensor(const OutputTensor& tensor) {
  PickleWriter out;
  out.opcodes("\x80\x02");
  write_tensor(out, tensor, 0);
  out.opcodes(".");
  return out.take();
}

}  // namespace slm::formats

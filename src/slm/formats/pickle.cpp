#include "slm/formats/pickle.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "slm/core/error.h"
#include "slm/formats/printable.h"

namespace slm::formats {
namespace {

// Far more than a state dict of any model needs: some 20 values a tensor. It bounds memory to some hundred megabytes.
constexpr size_t kMaxValues = size_t{1} << 22;

enum Opcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersistentId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kDict = 'd',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kList = 'l',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kEmptyTuple = ')',
  kSetItems = 'u',
  kEmptyDict = '}',
  kBinFloat = 'G',
  kProtocol = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

// A stack machine without calls: REDUCE makes a value that says what would be called.
class Interpreter {
 public:
  Interpreter(const std::string& path, int64_t offset, std::span<const std::byte> bytes,
              const std::function<bool(std::string_view)>& is_known)
      : path_(path), base_(offset), bytes_(bytes), is_known_(is_known) {}

  Pickle run() {
    while (true) {
      opcode_position_ = position_;
      const auto opcode = take<uint8_t>();
      if (opcode == kStop) break;
      step(opcode);
    }
    pickle_.root = pop();
    return std::move(pickle_);
  }

 private:
  void step(uint8_t opcode) {
    switch (opcode) {
      case kProtocol:
        if (const auto version = take<uint8_t>(); version < 2 || version > 5) {
          fail(fmt::format("pickle protocol {}, expected 2 to 5", version));
        }
        break;
      case kFrame:
        take<uint64_t>();
        break;
      case kMark:
        marks_.push_back(stack_.size());
        break;
      case kPop:
        pop();
        break;
      case kPopMark:
        pop_to_mark();
        break;
      case kNone:
        push(PickleKind::kNone);
        break;
      case kNewTrue:
      case kNewFalse:
        push(PickleKind::kBool).integer = opcode == kNewTrue;
        break;
      case kBinInt:
        push(PickleKind::kInt).integer = take<int32_t>();
        break;
      case kBinInt1:
        push(PickleKind::kInt).integer = take<uint8_t>();
        break;
      case kBinInt2:
        push(PickleKind::kInt).integer = take<uint16_t>();
        break;
      case kLong1:
        push(PickleKind::kInt).integer = take_long();
        break;
      case kBinFloat:
        push(PickleKind::kFloat).real = take_big_endian_double();
        break;
      case kShortBinString:
      case kShortBinBytes:
      case kShortBinUnicode:
        push_text(take<uint8_t>());
        break;
      case kBinString:
      case kBinBytes:
      case kBinUnicode:
        push_text(take<uint32_t>());
        break;
      case kBinUnicode8:
      case kBinBytes8:
        push_text(take<uint64_t>());
        break;
      default:
        step_container(opcode);
    }
  }

  void step_container(uint8_t opcode) {
    switch (opcode) {
      case kEmptyTuple:
        push(PickleKind::kTuple);
        break;
      case kTuple1:
      case kTuple2:
      case kTuple3:
        push_items(PickleKind::kTuple, pop_several(1 + opcode - kTuple1));
        break;
      case kTuple:
        push_items(PickleKind::kTuple, pop_to_mark());
        break;
      case kEmptyList:
        push(PickleKind::kList);
        break;
      case kList:
        push_items(PickleKind::kList, pop_to_mark());
        break;
      case kEmptyDict:
        push(PickleKind::kDict);
        break;
      case kDict:
        push_items(PickleKind::kDict, even(pop_to_mark()));
        break;
      case kAppend:
        append_to(pop_several(1), {PickleKind::kList, PickleKind::kCall});
        break;
      case kAppends:
        append_to(pop_to_mark(), {PickleKind::kList, PickleKind::kCall});
        break;
      case kSetItem:
        append_to(pop_several(2), {PickleKind::kDict, PickleKind::kCall});
        break;
      case kSetItems:
        append_to(even(pop_to_mark()), {PickleKind::kDict, PickleKind::kCall});
        break;
      default:
        step_object(opcode);
    }
  }

  void step_object(uint8_t opcode) {
    switch (opcode) {
      case kGlobal: {
        const std::string_view module = take_line(), name = take_line();
        push_global(module, name);
        break;
      }
      case kStackGlobal: {
        const PickleRef name = pop(), module = pop();
        if (kind_of(name) != PickleKind::kString || kind_of(module) != PickleKind::kString) {
          fail("a global's name is no string");
        }
        push_global(pickle_[module].text, pickle_[name].text);
        break;
      }
      case kReduce: {
        const PickleRef argument = pop(), callable = pop();
        if (kind_of(callable) != PickleKind::kGlobal || kind_of(argument) != PickleKind::kTuple) {
          fail("calls something that is no global with a tuple of arguments");
        }
        PickleValue& call = push(PickleKind::kCall);
        call.callable = callable;
        call.argument = argument;
        break;
      }
      case kBuild:  // sets attributes, such as _metadata of a state dict: nothing that a tensor needs
        pop();
        top();
        break;
      case kBinPersistentId: {
        const PickleRef id = pop();
        push(PickleKind::kPersistentId).argument = id;
        break;
      }
      case kBinPut:
        memo_[take<uint8_t>()] = top();
        break;
      case kLongBinPut:
        memo_[take<uint32_t>()] = top();
        break;
      case kMemoize:
        memo_[static_cast<uint32_t>(memo_.size())] = top();
        break;
      case kBinGet:
        push_memo(take<uint8_t>());
        break;
      case kLongBinGet:
        push_memo(take<uint32_t>());
        break;
      default:
        fail(fmt::format("opcode 0x{:02x}, which the pickle of a state dict does not need: save model.state_dict()",
                         opcode));
    }
  }

  int64_t remaining() const { return std::ssize(bytes_) - position_; }

  std::string_view take_text(uint64_t size) {
    if (size > static_cast<uint64_t>(remaining())) fail("the pickle ends too early: a damaged copy");
    const auto* start = reinterpret_cast<const char*>(bytes_.data()) + position_;
    position_ += static_cast<int64_t>(size);
    return {start, static_cast<size_t>(size)};
  }

  template <class T>
  T take() {
    T value;
    std::memcpy(&value, take_text(sizeof(T)).data(), sizeof(T));
    return value;
  }

  std::string_view take_line() {
    const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + position_,
                                static_cast<size_t>(remaining()));
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) fail("the pickle ends too early: a damaged copy");
    return take_text(end + 1).substr(0, end);
  }

  // A little-endian two's complement number of any length; those of more than 64 bits are refused.
  int64_t take_long() {
    const auto size = take<uint8_t>();
    const std::string_view digits = take_text(size);
    if (size > 8) fail(fmt::format("a number of {} bytes, at most 8 are expected", size));
    uint64_t value = size > 0 && (digits.back() & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t i = size; i > 0; --i) value = value << 8 | static_cast<uint8_t>(digits[i - 1]);
    return static_cast<int64_t>(value);
  }

  double take_big_endian_double() {
    uint64_t bits = 0;
    for (const char byte : take_text(8)) bits = bits << 8 | static_cast<uint8_t>(byte);
    return std::bit_cast<double>(bits);
  }

  PickleValue& push(PickleKind kind) {
    if (pickle_.values.size() == kMaxValues) fail(fmt::format("holds more than {} values", kMaxValues));
    stack_.push_back(static_cast<PickleRef>(pickle_.values.size()));
    PickleValue& value = pickle_.values.emplace_back();
    value.kind = kind;
    value.offset = base_ + opcode_position_;
    return value;
  }

  void push_text(uint64_t size) {
    const std::string_view text = take_text(size);
    push(PickleKind::kString).text = text;
  }

  void push_items(PickleKind kind, std::vector<PickleRef> items) { push(kind).items = std::move(items); }

  void push_global(std::string_view module, std::string_view name) {
    std::string global = fmt::format("{}.{}", module, name);
    if (!is_known_(global)) {
      fail(
          fmt::format("the file asks for '{}', which is no part of a state dict and is never run: save "
                      "model.state_dict() instead",
                      printable(global)));
    }
    push(PickleKind::kGlobal).global = std::move(global);
  }

  void push_memo(uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(fmt::format("refers to memo {}, which was never set", index));
    if (stack_.size() == kMaxValues) fail(fmt::format("holds more than {} values", kMaxValues));
    stack_.push_back(found->second);
  }

  // Values below the last mark belong to what is being built around it.
  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleRef top() {
    if (stack_.size() <= floor()) fail("takes a value from an empty stack: a damaged copy");
    return stack_.back();
  }

  PickleRef pop() {
    const PickleRef ref = top();
    stack_.pop_back();
    return ref;
  }

  std::vector<PickleRef> pop_from(size_t begin) {
    std::vector<PickleRef> items(stack_.begin() + static_cast<int64_t>(begin), stack_.end());
    stack_.resize(begin);
    return items;
  }

  std::vector<PickleRef> pop_several(int count) {
    const auto wanted = static_cast<size_t>(count);
    if (stack_.size() - floor() < wanted) fail("takes a value from an empty stack: a damaged copy");
    return pop_from(stack_.size() - wanted);
  }

  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) fail("needs a mark that was never set: a damaged copy");
    const size_t begin = marks_.back();
    marks_.pop_back();
    return pop_from(begin);
  }

  std::vector<PickleRef> even(std::vector<PickleRef> items) {
    if (items.size() % 2 != 0) fail("a dictionary has a key without a value: a damaged copy");
    return items;
  }

  void append_to(const std::vector<PickleRef>& items, std::initializer_list<PickleKind> kinds) {
    PickleValue& container = pickle_.values[top()];
    if (std::find(kinds.begin(), kinds.end(), container.kind) == kinds.end()) {
      fail("adds to something that is no list or dictionary: a damaged copy");
    }
    container.items.insert(container.items.end(), items.begin(), items.end());
  }

  PickleKind kind_of(PickleRef ref) const { return pickle_[ref].kind; }

  [[noreturn]] void fail(std::string_view problem) {
    throw FormatError(path_, base_ + opcode_position_, fmt::format("in the pickle: {}", problem));
  }

  const std::string& path_;
  int64_t base_;
  std::span<const std::byte> bytes_;
  const std::function<bool(std::string_view)>& is_known_;
  int64_t position_ = 0;
  int64_t opcode_position_ = 0;
  Pickle pickle_;
  std::vector<PickleRef> stack_;
  std::vector<size_t> marks_;  // sizes of the stack
  std::unordered_map<uint32_t, PickleRef> memo_;
};

}  // namespace

Pickle parse_pickle(const std::string& path, int64_t offset, std::span<const std::byte> bytes,
                    const std::function<bool(std::string_view global)>& is_known) {
  return Interpreter(path, offset, bytes, is_known).run();
}

}  // namespace slm::formats

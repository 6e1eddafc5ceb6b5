#include "slm/formats/pickle.h"

#include <gtest/gtest.h>

#include "slm/core/error.h"
#include "storage/scratch_folder.h"

namespace slm::formats {
namespace {

using test::message_of;
using namespace std::string_literals;

Pickle parse(const std::string& bytes) {
  return parse_pickle("p", 100, std::as_bytes(std::span(bytes.data(), bytes.size())),
                      [](std::string_view global) { return global == "good.Class"; });
}

std::string problem_of(const std::string& bytes) {
  return message_of<FormatError>([&] { parse(bytes); });
}

TEST(Pickle, ReadsNumbersOfEveryWidth) {
  const auto integer = [](const std::string& bytes) {
    const Pickle pickle = parse("\x80\x02" + bytes + ".");
    return pickle[pickle.root].integer;
  };
  EXPECT_EQ(integer("K\xff"), 255);
  EXPECT_EQ(integer("M\xff\xff"), 65535);
  EXPECT_EQ(integer("J\xfe\xff\xff\xff"), -2);
  EXPECT_EQ(integer("\x8a\x00"s), 0);
  EXPECT_EQ(integer("\x8a\x01\xff"), -1);
  EXPECT_EQ(integer("\x8a\x05\x00\x00\x00\x00\x01"s), int64_t{1} << 32);
  EXPECT_EQ(integer("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80"s), INT64_MIN);
  EXPECT_EQ(integer("\x88"), 1);
  const std::string pi = "G\x40\x09\x21\xfb\x54\x44\x2d\x18.";
  EXPECT_EQ(parse(pi).values[0].real, 3.141592653589793);
}

TEST(Pickle, ACallIsAValueAndRunsNothing) {
  const std::string bytes =
      "\x80\x02"
      "cgood\nClass\n"
      "(K\x01K\x02tR"
      "}U\x01kNsb"
      ".";
  const Pickle pickle = parse(bytes);
  const PickleValue& call = pickle[pickle.root];
  ASSERT_EQ(call.kind, PickleKind::kCall);
  EXPECT_EQ(pickle[call.callable].global, "good.Class");
  EXPECT_EQ(pickle[call.argument].items.size(), 2u);
}

TEST(Pickle, AnUnknownGlobalIsRefusedByName) {
  const std::string want =
      "p: byte 102: in the pickle: the file asks for 'os.system', which is no part of a state dict and is never run: "
      "save model.state_dict() instead";
  EXPECT_EQ(problem_of("\x80\x02"
                       "cos\nsystem\n"
                       "U\x02ls\x85R."),
            want);
  EXPECT_NE(problem_of("\x80\x04\x8c\x02os\x8c\x06system\x93.").find("'os.system'"), std::string::npos);
  EXPECT_NE(problem_of("c\x1b[2J\nx\n.").find("'?[2J.x'"), std::string::npos);  // nothing odd reaches the terminal
}

TEST(Pickle, NamesEachKindOfDamage) {
  EXPECT_EQ(problem_of(""), "p: byte 100: in the pickle: the pickle ends too early: a damaged copy");
  EXPECT_NE(problem_of("K\x01").find("byte 102: in the pickle: the pickle ends too early"), std::string::npos);
  EXPECT_NE(problem_of("X\xff\xff\xff\xff").find("ends too early"), std::string::npos);
  EXPECT_NE(problem_of("\x8d\xff\xff\xff\xff\xff\xff\xff\xff").find("ends too early"), std::string::npos);
  EXPECT_NE(problem_of(".").find("an empty stack"), std::string::npos);
  EXPECT_NE(problem_of("K\x01(0.").find("an empty stack"), std::string::npos);  // not through a mark
  EXPECT_NE(problem_of("K\x01\x86.").find("an empty stack"), std::string::npos);
  EXPECT_NE(problem_of("t.").find("a mark that was never set"), std::string::npos);
  EXPECT_NE(problem_of("h\x05.").find("memo 5, which was never set"), std::string::npos);
  EXPECT_NE(problem_of("}(K\x01u.").find("a key without a value"), std::string::npos);
  EXPECT_NE(problem_of("NNa.").find("adds to something that is no list"), std::string::npos);
  EXPECT_NE(problem_of("N)R.").find("calls something that is no global"), std::string::npos);
  EXPECT_NE(problem_of("\x8a\x09"
                       "123456789.")
                .find("a number of 9 bytes"),
            std::string::npos);
  EXPECT_NE(problem_of("\x80\x01.").find("protocol 1, expected 2 to 5"), std::string::npos);
  EXPECT_NE(problem_of("I5\n.").find("opcode 0x49"), std::string::npos);
}

TEST(Pickle, DeepNestingCostsNoStack) {
  const std::string lists(1'000'000, ']');
  const Pickle pickle = parse(lists + std::string(999'999, 'a') + ".");
  EXPECT_EQ(pickle[pickle.root].items.size(), 1u);
  EXPECT_EQ(pickle.values.size(), 1'000'000u);
}

TEST(Pickle, TheNumberOfValuesIsBounded) {
  EXPECT_NE(problem_of(std::string((size_t{1} << 22) + 1, 'N')).find("more than 4194304 values"), std::string::npos);
  EXPECT_NE(problem_of("Nq\x01" + std::string(size_t{1} << 24, 'h')).find("memo 104"), std::string::npos);
}

}  // namespace
}  // namespace slm::formats

#include "slm/train/tensorboard_event.h"

#include <array>
#include <bit>

namespace slm::train {
namespace {

// Field numbers of the messages.
namespace event_field {
constexpr uint32_t kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7;
}
constexpr uint32_t kSummaryValue = 1, kValueTag = 1, kValueSimpleValue = 2, kSessionStatus = 1;
constexpr uint64_t kSessionStart = 1;

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7f) | 0x80));
  out.push_back(static_cast<char>(value));
}

template <class T>
void append_little_endian(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

void append_key(std::string& out, uint32_t field, WireType type) { append_varint(out, field << 3 | type); }

void append_varint_field(std::string& out, uint32_t field, uint64_t value) {
  append_key(out, field, kVarint);
  append_varint(out, value);
}

void append_double_field(std::string& out, uint32_t field, double value) {
  append_key(out, field, kFixed64);
  append_little_endian(out, std::bit_cast<uint64_t>(value));
}

void append_float_field(std::string& out, uint32_t field, float value) {
  append_key(out, field, kFixed32);
  append_little_endian(out, std::bit_cast<uint32_t>(value));
}

void append_bytes_field(std::string& out, uint32_t field, std::string_view bytes) {
  append_key(out, field, kBytes);
  append_varint(out, bytes.size());
  out.append(bytes);
}

constexpr std::array<uint32_t, 256> kCrcTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    table[byte] = crc;
  }
  return table;
}();

}  // namespace

std::string file_version_event(double wall_time) {
  std::string event;
  append_double_field(event, event_field::kWallTime, wall_time);
  append_bytes_field(event, event_field::kFileVersion, "brain.Event:2");
  return event;
}

std::string session_start_event(double wall_time, int64_t step) {
  std::string log, event;
  append_varint_field(log, kSessionStatus, kSessionStart);
  append_double_field(event, event_field::kWallTime, wall_time);
  append_varint_field(event, event_field::kStep, static_cast<uint64_t>(step));
  append_bytes_field(event, event_field::kSessionLog, log);
  return event;
}

std::string scalars_event(double wall_time, int64_t step, std::span<const Scalar> scalars) {
  std::string summary, event;
  for (const Scalar& scalar : scalars) {
    std::string value;
    append_bytes_field(value, kValueTag, scalar.tag);
    append_float_field(value, kValueSimpleValue, static_cast<float>(scalar.value));
    append_bytes_field(summary, kSummaryValue, value);
  }
  append_double_field(event, event_field::kWallTime, wall_time);
  append_varint_field(event, event_field::kStep, static_cast<uint64_t>(step));
  append_bytes_field(event, event_field::kSummary, summary);
  return event;
}

uint32_t masked_crc32c(std::string_view data) {
  uint32_t crc = 0xffffffffu;
  for (const char c : data) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  crc = ~crc;
  return std::rotr(crc, 15) + 0xa282ead8u;
}

std::string tf_record(std::string_view data) {
  std::string record;
  append_little_endian(record, static_cast<uint64_t>(data.size()));
  append_little_endian(record, masked_crc32c(record));
  record.append(data);
  append_little_endian(record, masked_crc32c(data));
  return record;
}

}  // namespace slm::train

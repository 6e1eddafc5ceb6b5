#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// TensorBoard's event files: TFRecords, each one a protocol buffer "tensorflow.Event"
// (tensorboard/compat/proto/event.proto, summary.proto). Only what scalars need.
namespace slm::train {

struct Scalar {
  std::string_view tag;
  double value;
};

// Serialized events. `wall_time` is in seconds since 1970.
std::string file_version_event(double wall_time);                 // the first event of every file
std::string session_start_event(double wall_time, int64_t step);  // what other files say from `step` on is void
std::string scalars_event(double wall_time, int64_t step, std::span<const Scalar> scalars);

// One TFRecord: length, its checksum, the data, its checksum; little-endian.
std::string tf_record(std::string_view data);

// CRC-32C (Castagnoli), masked as TFRecords want it: rotated and offset, so that a checksum of data that holds
// checksums stays a good one.
uint32_t masked_crc32c(std::string_view data);

}  // namespace slm::train

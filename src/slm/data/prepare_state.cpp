#include "slm/data/prepare_state.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "slm/core/error.h"
#include "slm/core/json_text.h"

namespace slm::data {
namespace {

using nlohmann::json;

json to_json(const SkipCounts& skips) {
  json list = json::array();
  for (size_t i = 0; i < kNumSkipReasons; ++i) {
    const SkipCounts::Entry& entry = skips[static_cast<SkipReason>(i)];
    if (entry.count == 0) continue;
    list.push_back({{"reason", i},
                    {"count", entry.count},
                    {"block", entry.first_block},
                    {"source", entry.first_source},
                    {"line", entry.first_line},
                    {"detail", entry.detail}});
  }
  return list;
}

SkipCounts skips_of(const json& list) {
  SkipCounts skips;
  for (const json& entry : list) {
    const auto reason = entry.at("reason").get<size_t>();
    if (reason >= kNumSkipReasons) continue;
    skips.add(static_cast<SkipReason>(reason), entry.at("block").get<int64_t>(), entry.at("source").get<std::string>(),
              entry.at("line").get<int64_t>(), entry.at("count").get<int64_t>(), entry.at("detail").get<std::string>());
  }
  return skips;
}

json to_json(const LongDocument& document) {
  return {{"hash", document.hash},
          {"first_hash", document.first_hash},
          {"is_held", document.is_held},
          {"held_bytes", document.held_bytes},
          {"held_tokens", document.held_tokens},
          {"held_begin", document.held_begin},
          {"minima", document.minima}};
}

LongDocument long_document_of(const json& object) {
  return {.hash = object.at("hash").get<uint64_t>(),
          .first_hash = object.at("first_hash").get<uint64_t>(),
          .is_held = object.at("is_held").get<bool>(),
          .held_bytes = object.at("held_bytes").get<int64_t>(),
          .held_tokens = object.at("held_tokens").get<int64_t>(),
          .held_begin = object.at("held_begin").get<int64_t>(),
          .minima = object.at("minima").get<NearMinima>()};
}

}  // namespace

std::string to_json(const PrepareState& state) {
  const json object = {{"index", parse_json(to_json(state.index))},
                       {"skips", to_json(state.skips)},
                       {"next_block", state.next_block},
                       {"raw_hash", state.raw_hash},
                       {"num_hashes", state.num_hashes},
                       {"num_signatures", state.num_signatures},
                       {"is_read", state.is_read},
                       {"is_open", state.is_open},
                       {"open_part", static_cast<int>(state.open_part)},
                       {"long_document", to_json(state.long_document)}};
  return json_text(object, 2) + '\n';
}

PrepareState parse_prepare_state(std::string_view content, const std::string& path) {
  try {
    const json object = parse_json(content);
    PrepareState state;
    state.index = parse_prepared_index(json_text(object.at("index")), path);
    state.skips = skips_of(object.at("skips"));
    state.next_block = object.at("next_block").get<int64_t>();
    state.raw_hash = object.at("raw_hash").get<uint64_t>();
    state.num_hashes = object.at("num_hashes").get<int64_t>();
    state.num_signatures = object.at("num_signatures").get<int64_t>();
    state.is_read = object.at("is_read").get<bool>();
    state.is_open = object.at("is_open").get<bool>();
    state.open_part = object.at("open_part").get<int>() == 0 ? Part::kTrain : Part::kVal;
    state.long_document = long_document_of(object.at("long_document"));
    return state;
  } catch (const json::exception& error) {
    throw FormatError(path, FormatError::kNoOffset,
                      fmt::format("cannot go on from here ({}): use --overwrite to prepare all again", error.what()));
  }
}

}  // namespace slm::data

// JSON from strangers: checked for size, depth and duplicate keys before a tree is built from it.
#pragma once

#include <cstdint>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace plenary::signaling {

enum class JsonFault : std::uint8_t { none, malformed, too_deep, duplicate_key };

// Fills `tree` only when there is no fault. UTF-8 is checked in strings, numbers that fit no double are malformed.
JsonFault parse_json(std::string_view text, nlohmann::json& tree);

}  // namespace plenary::signaling

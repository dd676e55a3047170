// The digests that protocols ask for.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "media/base/bytes.h"

namespace plenary::crypto {

std::array<std::uint8_t, 20> hmac_sha1(Bytes key, Bytes part1, Bytes part2 = {});
std::array<std::uint8_t, 32> sha256(Bytes data);
bool equal_in_constant_time(Bytes a, Bytes b);

}  // namespace plenary::crypto

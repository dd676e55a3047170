// Base64 (RFC 4648 §4) with padding. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "media/base/bytes.h"

namespace plenary::crypto {

std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(Bytes bytes);

}  // namespace plenary::crypto

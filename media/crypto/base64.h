// Base64 (RFC 4648 §4) with padding. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plenary::crypto {

std::optional<std::string> decode_base64(std::string_view text);

}  // namespace plenary::crypto

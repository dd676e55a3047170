// A range of IP addresses, "10.0.0.0/8" or "2001:db8::/32". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "media/base/address.h"

namespace plenary::server {

struct Network {
  Address base;                   // port 0, bits behind the prefix 0
  std::uint32_t prefix_bits = 0;  // of 128; IPv4 networks count from 96

  bool operator==(const Network&) const = default;
  [[nodiscard]] bool contains(const Address& address) const;

  // A single address stands for itself.
  static std::optional<Network> from_text(std::string_view text);
};

}  // namespace plenary::server

#include "server/config/network.h"

#include <charconv>

namespace plenary::server {
namespace {

constexpr std::uint32_t kV4Offset = 96;  // an IPv4 address is v4-mapped

void clear_behind(Address& address, std::uint32_t bits) {
  for (std::uint32_t bit = bits; bit < 128; ++bit) {
    address.ip[bit / 8] = static_cast<std::uint8_t>(address.ip[bit / 8] & ~(0x80U >> (bit % 8)));
  }
}

}  // namespace

bool Network::contains(const Address& address) const {
  Address masked = address;
  masked.port = 0;
  clear_behind(masked, prefix_bits);
  return masked == base;
}

std::optional<Network> Network::from_text(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto address = Address::from_ip(text.substr(0, slash), 0);
  if (!address) return std::nullopt;
  const std::uint32_t offset = address->is_v4() ? kV4Offset : 0;
  std::uint32_t bits = 128 - offset;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    std::uint32_t given = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    if (error != std::errc() || end != digits.data() + digits.size() || given > bits) return std::nullopt;
    bits = given;
  }
  Network network{.base = *address, .prefix_bits = bits + offset};
  clear_behind(network.base, network.prefix_bits);
  return network;
}

}  // namespace plenary::server

#include "media/base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace plenary {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool Address::is_v4() const { return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), ip.begin()); }

bool Address::is_loopback() const {
  if (is_v4()) return ip[12] == 127;
  std::array<std::uint8_t, 16> loopback{};
  loopback[15] = 1;
  return ip == loopback;
}

bool Address::is_unspecified() const {
  const auto first = is_v4() ? ip.begin() + 12 : ip.begin();
  return std::all_of(first, ip.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string Address::ip_text() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    inet_ntop(AF_INET, ip.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, ip.data(), text, sizeof text);
  }
  return text;
}

std::string Address::text() const {
  const std::string port_text = ":" + std::to_string(port);
  return is_v4() ? ip_text() + port_text : "[" + ip_text() + "]" + port_text;
}

Address Address::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint16_t port) {
  Address address{.port = port};
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.ip.begin());
  address.ip[12] = a;
  address.ip[13] = b;
  address.ip[14] = c;
  address.ip[15] = d;
  return address;
}

std::optional<Address> Address::from_ip(std::string_view ip_text, std::uint16_t port) {
  const std::string text(ip_text);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&four);
    return v4(bytes[0], bytes[1], bytes[2], bytes[3], port);
  }
  Address address{.port = port};
  if (inet_pton(AF_INET6, text.c_str(), address.ip.data()) != 1) return std::nullopt;
  return address;
}

std::optional<Address> Address::from_text(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc{} || end != port_text.data() + port_text.size()) return std::nullopt;
  if (host.starts_with('[') != host.ends_with(']') || host.empty()) return std::nullopt;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return from_ip(host, port);
}

}  // namespace plenary

std::size_t std::hash<plenary::Address>::operator()(const plenary::Address& address) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, address.ip.data(), 8);
  std::memcpy(&low, address.ip.data() + 8, 8);
  std::uint64_t mixed = high * 0x9E3779B97F4A7C15ULL ^ low;
  mixed = (mixed ^ address.port) * 0xBF58476D1CE4E5B9ULL;
  return static_cast<std::size_t>(mixed ^ mixed >> 31);
}

// An IP address and port as a value; IPv4 is kept v4-mapped (::ffff:a.b.c.d), so that both versions compare alike.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace plenary {

struct Address {
  std::array<std::uint8_t, 16> ip{};
  std::uint16_t port = 0;

  auto operator<=>(const Address&) const = default;
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] bool is_unspecified() const;
  // "203.0.113.7", "2001:db8::1"
  [[nodiscard]] std::string ip_text() const;
  // "203.0.113.7:7000", "[2001:db8::1]:7000"
  [[nodiscard]] std::string text() const;

  static Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint16_t port);
  static std::optional<Address> from_ip(std::string_view ip, std::uint16_t port);
  // "host:port" with a numeric host, "[v6]:port"
  static std::optional<Address> from_text(std::string_view text);
};

}  // namespace plenary

template <>
struct std::hash<plenary::Address> {
  std::size_t operator()(const plenary::Address& address) const noexcept;
};

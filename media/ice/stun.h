// STUN messages (RFC 8489) as ICE uses them (RFC 8445 §16): binding requests, answers, indications.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "media/base/address.h"
#include "media/base/bytes.h"

namespace plenary::ice {

enum class StunClass : std::uint8_t { request, indication, success, error };
enum class StunFault : std::uint8_t {
  too_short,
  not_stun,
  length,
  cookie,
  attribute_cut,
  fingerprint_missing,
  fingerprint_wrong,
  fingerprint_not_last,
  too_many_attributes
};
using TransactionId = std::array<std::uint8_t, 12>;
constexpr std::size_t kMaxStunAttributes = 32;  // browsers send eight

// Views into the datagram that was parsed.
struct StunMessage {
  StunClass message_class = StunClass::request;
  std::uint16_t method = 1;  // 1: binding
  TransactionId transaction{};
  std::string_view username;
  std::optional<std::uint32_t> priority;
  std::optional<std::uint64_t> controlling;  // tie-breakers
  std::optional<std::uint64_t> controlled;
  bool use_candidate = false;
  std::optional<Address> mapped;  // XOR-MAPPED-ADDRESS
  std::optional<std::uint16_t> error_code;
  std::optional<std::uint16_t> unknown_required;  // first comprehension-required attribute that we do not know
  bool has_integrity = false;
  bool has_fingerprint = false;
  Bytes raw;
  std::size_t integrity_offset = 0;  // of MESSAGE-INTEGRITY in `raw`
};

// First byte 0–3 (RFC 7983).
inline bool looks_like_stun(Bytes bytes) { return bytes.size() >= 20 && bytes[0] < 4; }
// A FINGERPRINT that is there is checked; whether it must be there is the caller's rule.
std::optional<StunMessage> parse_stun(Bytes datagram, StunFault* fault = nullptr);
// MESSAGE-INTEGRITY (HMAC-SHA1) with the short-term key; constant time.
bool check_integrity(const StunMessage& message, std::string_view password);

struct StunRequest {
  TransactionId transaction{};
  std::string username;
  std::uint32_t priority = 0;
  std::uint64_t tie_breaker = 0;
  bool controlling = true;
  bool use_candidate = false;
};
// All end with MESSAGE-INTEGRITY and FINGERPRINT.
ByteVector write_binding_request(const StunRequest& request, std::string_view password);
ByteVector write_binding_success(const TransactionId& transaction, const Address& mapped, std::string_view password);
ByteVector write_binding_error(const TransactionId& transaction, std::uint16_t code, std::string_view reason,
                               std::string_view password, std::optional<std::uint16_t> unknown_attribute = {});

}  // namespace plenary::ice

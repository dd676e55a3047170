#include "media/crypto/hash.h"
#include "media/ice/stun.h"
#include "media/ice/stun_wire.h"

namespace plenary::ice {
namespace {

using namespace wire;

constexpr std::uint16_t kBindingRequest = 0x0001;
constexpr std::uint16_t kBindingSuccess = 0x0101;
constexpr std::uint16_t kBindingError = 0x0111;
constexpr std::size_t kMaxReasonBytes = 127;  // RFC 8489 §14.8: fewer than 128 characters

class StunWriter {
 public:
  StunWriter(std::uint16_t type, const TransactionId& transaction) : writer_(out_) {
    out_.reserve(128);  // every message that we write is shorter, but for long user names
    writer_.u16(type);
    writer_.u16(0);
    writer_.u32(kMagicCookie);
    writer_.bytes(transaction);
  }

  void attribute(std::uint16_t type, Bytes value) {
    writer_.u16(type);
    writer_.u16(static_cast<std::uint16_t>(value.size()));
    writer_.bytes(value);
    writer_.zeros(padded(value.size()) - value.size());
  }
  void attribute_u32(std::uint16_t type, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    store_u32(bytes.data(), value);
    attribute(type, bytes);
  }
  void attribute_u64(std::uint16_t type, std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes{};
    store_u64(bytes.data(), value);
    attribute(type, bytes);
  }
  void xor_address(const Address& address) {
    ByteVector value(address.is_v4() ? 8 : 20);
    value[1] = address.is_v4() ? 1 : 2;
    store_u16(value.data() + 2, static_cast<std::uint16_t>(address.port ^ (kMagicCookie >> 16)));
    const std::size_t skip = address.is_v4() ? 12 : 0;
    for (std::size_t i = skip; i < address.ip.size(); ++i) {
      value[4 + i - skip] = static_cast<std::uint8_t>(address.ip[i] ^ out_[4 + i - skip]);
    }
    attribute(kXorMappedAddress, value);
  }

  ByteVector finish(std::string_view password) {
    set_length(kAttributeHeaderBytes + kIntegrityBytes);
    attribute(kMessageIntegrity, crypto::hmac_sha1(as_bytes(password), out_));
    set_length(kAttributeHeaderBytes + 4);
    attribute_u32(kFingerprint, fingerprint_of(out_));
    return std::move(out_);
  }

 private:
  // Both digests cover a header that already counts the attribute they stand in.
  void set_length(std::size_t coming) {
    store_u16(out_.data() + 2, static_cast<std::uint16_t>(out_.size() + coming - kHeaderBytes));
  }

  ByteVector out_;
  ByteWriter writer_;
};

}  // namespace

ByteVector write_binding_request(const StunRequest& request, std::string_view password) {
  StunWriter writer(kBindingRequest, request.transaction);
  writer.attribute(kUsername, as_bytes(std::string_view(request.username).substr(0, kMaxUsernameBytes)));
  writer.attribute_u32(kPriority, request.priority);
  writer.attribute_u64(request.controlling ? kIceControlling : kIceControlled, request.tie_breaker);
  if (request.use_candidate) writer.attribute(kUseCandidate, {});
  return writer.finish(password);
}

ByteVector write_binding_success(const TransactionId& transaction, const Address& mapped, std::string_view password) {
  StunWriter writer(kBindingSuccess, transaction);
  writer.xor_address(mapped);
  return writer.finish(password);
}

ByteVector write_binding_error(const TransactionId& transaction, std::uint16_t code, std::string_view reason,
                               std::string_view password, std::optional<std::uint16_t> unknown_attribute) {
  StunWriter writer(kBindingError, transaction);
  ByteVector value = {0, 0, static_cast<std::uint8_t>(code / 100), static_cast<std::uint8_t>(code % 100)};
  const Bytes text = as_bytes(reason.substr(0, kMaxReasonBytes));
  value.insert(value.end(), text.begin(), text.end());
  writer.attribute(kErrorCode, value);
  if (unknown_attribute) {
    std::array<std::uint8_t, 2> number{};
    store_u16(number.data(), *unknown_attribute);
    writer.attribute(kUnknownAttributes, number);
  }
  return writer.finish(password);
}

}  // namespace plenary::ice

// SRTCP of a viewer: bytes that nobody sealed are refused, whatever they say of themselves; what was sealed is opened as
// it was, once. The first byte chooses profile and engine.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "media/base/check.h"
#include "media/crypto/srtcp_session.h"

namespace {

using namespace plenary;

// In memory of exactly that size.
std::optional<std::size_t> open(crypto::SrtcpSession& session, Bytes packet, ByteVector& clear) {
  const auto copy = std::make_unique<std::uint8_t[]>(packet.size());
  std::copy(packet.begin(), packet.end(), copy.get());
  const std::optional<std::size_t> length = session.open(MutableBytes(copy.get(), packet.size()));
  if (length) clear.assign(copy.get(), copy.get() + *length);
  return length;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bool gcm = (data[0] & 1) == 0;
  const auto profile = gcm ? crypto::SrtpProfile::aead_aes_128_gcm : crypto::SrtpProfile::aes128_cm_sha1_80;
  const ByteVector key(16, 1);
  const ByteVector salt(gcm ? 12 : 14, 2);
  crypto::SrtcpSession session({profile, key, salt, key, salt},
                               (data[0] & 2) == 0 ? crypto::SrtpEngine::best : crypto::SrtpEngine::openssl);
  const Bytes input(data + 1, size - 1);
  ByteVector clear;
  PLENARY_CHECK(!open(session, input, clear));
  ByteVector packet(input.begin(), input.end());
  packet.resize(input.size() + crypto::kMaxSrtpTrailer);
  const std::optional<std::size_t> length = session.seal(packet, input.size());
  if (!length) return 0;
  PLENARY_CHECK(open(session, Bytes(packet).first(*length), clear));
  PLENARY_CHECK(std::equal(clear.begin(), clear.end(), input.begin(), input.end()));
  PLENARY_CHECK(!open(session, Bytes(packet).first(*length), clear));
  return 0;
}

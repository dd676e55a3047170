// Datagrams for the lite agent: as they are, and as the attributes of a check that is authentic, so that the fuzzer
// also reaches what lies behind the digests.
#include <cstddef>
#include <cstdint>

#include "media/base/check.h"
#include "media/crypto/hash.h"
#include "media/ice/ice_lite.h"
#include "media/ice/stun.h"
#include "media/ice/stun_wire.h"

namespace {

using namespace plenary;

const ice::Credentials kOurs{.ufrag = "ours", .password = "ourpassword0123456789abc"};
const ice::Credentials kTheirs{.ufrag = "them", .password = "theirpassword0123456789a"};

void offer(ice::IceLite& agent, Bytes datagram, const ice::Tuple& tuple, bool may_be_authentic) {
  const auto message = ice::parse_stun(datagram);
  if (!message) return;
  (void)ice::check_integrity(*message, kOurs.password);
  const ice::IceResult result = agent.handle_request(*message, tuple, Instant{});
  PLENARY_CHECK(may_be_authentic || !result.authenticated);
  PLENARY_CHECK(result.authenticated || !result.reply);
  PLENARY_CHECK(agent.tuples().size() <= ice::kMaxTuples);
  if (result.reply) PLENARY_CHECK(ice::parse_stun(*result.reply));
}

// A binding request with these attributes behind the right name, then both digests.
ByteVector authentic(Bytes attributes) {
  ByteVector bytes;
  ByteWriter writer(bytes);
  writer.u16(1);
  writer.u16(0);
  writer.u32(ice::wire::kMagicCookie);
  writer.zeros(12);
  for (std::size_t i = 0; i < 8 && i < attributes.size(); ++i) bytes[8 + i] = attributes[i];
  writer.u16(ice::wire::kUsername);
  writer.u16(9);
  writer.bytes(as_bytes("ours:them"));
  writer.zeros(3);
  writer.bytes(attributes.first(attributes.size() & ~std::size_t{3}));
  store_u16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size() - 20 + 24));
  const auto integrity = crypto::hmac_sha1(as_bytes(kOurs.password), bytes);
  writer.u16(ice::wire::kMessageIntegrity);
  writer.u16(20);
  writer.bytes(integrity);
  store_u16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size() - 20 + 8));
  const std::uint32_t fingerprint = ice::wire::fingerprint_of(bytes);
  writer.u16(ice::wire::kFingerprint);
  writer.u16(4);
  writer.u32(fingerprint);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const ice::Tuple home{.local = Address::v4(192, 0, 2, 1, 7000), .remote = Address::v4(203, 0, 113, 5, 4000)};
  const ice::Tuple away{.local = home.local, .remote = Address::v4(198, 51, 100, 9, 5000)};
  ice::IceLite agent(kOurs, kTheirs, Instant{});
  offer(agent, input, away, false);
  if (size > 1'400) return 0;
  const ByteVector check = authentic(input);
  offer(agent, check, home, true);
  const auto selected = agent.selected();
  offer(agent, check, away, true);
  PLENARY_CHECK(agent.selected() == selected || !selected);
  return 0;
}

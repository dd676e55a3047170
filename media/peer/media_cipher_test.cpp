#include "media/peer/media_cipher.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "media/base/random.h"
#include "media/peer/send_batch.h"
#include "media/rtp/header_writer.h"
#include "media/rtp/packet.h"
#include "media/rtp/rtcp.h"

namespace plenary::peer::media_cipher_test {
namespace {

class MediaCipherTest : public testing::TestWithParam<crypto::SrtpProfile> {
 protected:
  MediaCipherTest() {
    SeededRandom random(1);
    const std::size_t salt = GetParam() == crypto::SrtpProfile::aead_aes_128_gcm ? 12 : 14;
    keys.profile = GetParam();
    for (ByteVector* part : {&keys.local_key, &keys.remote_key}) part->resize(16);
    for (ByteVector* part : {&keys.local_salt, &keys.remote_salt}) part->resize(salt);
    for (ByteVector* part : {&keys.local_key, &keys.remote_key, &keys.local_salt, &keys.remote_salt})
      random.fill(*part);
    crypto::SrtpKeys other = keys;
    std::swap(other.local_key, other.remote_key);
    std::swap(other.local_salt, other.remote_salt);
    ours.emplace(keys, MediaWay::to_peer);
    theirs.emplace(other, MediaWay::from_peer);
  }
  // What the other side reads of a packet with this extended sequence, or nothing.
  std::optional<ByteVector> round_trip(std::uint64_t index, Bytes prefix, Bytes payload, std::uint32_t ssrc = 7) {
    std::array<std::uint8_t, kMaxDatagram> out{};
    const rtp::HeaderWriter writer(ssrc, {.mid = 4}, "0");
    rtp::HeaderFields fields;
    fields.sequence = static_cast<std::uint16_t>(index);
    const std::size_t header = writer.write(out.data(), fields);
    const std::size_t length = ours->seal_rtp(batch, out.data(), header, prefix, payload, ssrc, index);
    batch.seal();
    if (length == 0) return std::nullopt;
    const std::optional<MutableBytes> clear = theirs->open_rtp(MutableBytes(out).first(length));
    if (!clear) return std::nullopt;
    const std::optional<rtp::Packet> packet = rtp::parse_packet(*clear);
    if (!packet) return std::nullopt;
    return ByteVector(packet->payload.begin(), packet->payload.end());
  }
  crypto::SrtpKeys keys;
  crypto::CmBatch batch;
  std::optional<MediaCipher> ours;
  std::optional<MediaCipher> theirs;
};

TEST_P(MediaCipherTest, what_we_seal_the_other_side_opens_over_the_wrap_of_the_sequence) {
  const ByteVector payload = {1, 2, 3, 4, 5};
  for (std::uint64_t index = 65'400; index < 65'700; ++index) EXPECT_EQ(round_trip(index, {}, payload), payload);
}

TEST_P(MediaCipherTest, a_packet_that_comes_late_is_sealed_under_its_own_index) {
  const ByteVector payload = {1, 2, 3};
  for (const std::uint64_t index : {100, 101, 103, 104, 102}) EXPECT_EQ(round_trip(index, {}, payload), payload);
}

TEST_P(MediaCipherTest, the_prefix_stands_before_the_payload) {
  const ByteVector prefix = {9, 8};
  const ByteVector payload = {1, 2, 3};
  EXPECT_EQ(round_trip(5, prefix, payload), (ByteVector{9, 8, 1, 2, 3}));
}

TEST_P(MediaCipherTest, each_ssrc_has_its_own_indices) {
  const ByteVector payload = {1, 2, 3};
  EXPECT_EQ(round_trip(5, {}, payload, 7), payload);
  EXPECT_EQ(round_trip(5, {}, payload, 8), payload);
}

TEST_P(MediaCipherTest, what_does_not_fit_a_datagram_is_not_sealed) {
  EXPECT_EQ(round_trip(5, {}, ByteVector(kMaxDatagram)), std::nullopt);
}

TEST_P(MediaCipherTest, rtcp_goes_through_both_ways_and_a_changed_byte_does_not) {
  ByteVector clear;
  rtp::write_rtcp(rtp::ReceiverReport{.ssrc = 1, .blocks = {}}, clear);
  for (auto [from, to] : {std::pair(&*ours, &*theirs), std::pair(&*theirs, &*ours)}) {
    std::array<std::uint8_t, kMaxDatagram> out{};
    std::copy(clear.begin(), clear.end(), out.begin());
    const std::size_t length = from->seal_rtcp(out.data(), clear.size());
    ASSERT_GT(length, clear.size());
    auto changed = out;
    changed[6] ^= 1;
    EXPECT_FALSE(to->open_rtcp(MutableBytes(changed).first(length)));
    const std::optional<MutableBytes> opened = to->open_rtcp(MutableBytes(out).first(length));
    ASSERT_TRUE(opened);
    EXPECT_EQ(ByteVector(opened->begin(), opened->end()), clear);
  }
}

TEST_P(MediaCipherTest, media_of_who_sends_none_is_not_opened) {
  std::array<std::uint8_t, kMaxDatagram> out{};
  const std::size_t header = rtp::HeaderWriter(7, {}, "").write(out.data(), {});
  const std::size_t length = ours->seal_rtp(batch, out.data(), header, {}, ByteVector{1, 2, 3}, 7, 0);
  batch.seal();
  EXPECT_FALSE(ours->open_rtp(MutableBytes(out).first(length)));
}

INSTANTIATE_TEST_SUITE_P(profiles, MediaCipherTest,
                         testing::Values(crypto::SrtpProfile::aead_aes_128_gcm,
                                         crypto::SrtpProfile::aes128_cm_sha1_80));

}  // namespace
}  // namespace plenary::peer::media_cipher_test

// Transport-cc messages from a hostile viewer, through the parser and into its bandwidth estimate: whatever they claim,
// what is read can be written again, and the target stays within its limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "media/bandwidth/bandwidth_estimate.h"
#include "media/base/check.h"
#include "media/rtp/transport_feedback.h"

namespace {

using namespace plenary;

constexpr std::size_t kPieceMost = 64;  // bytes of one message

void check_round_trip(const rtp::TransportFeedback& feedback) {
  ByteVector written;
  rtp::write_transport_feedback(feedback, written);
  const auto again = rtp::parse_transport_feedback(written);
  PLENARY_CHECK(again && again->packets.size() == feedback.packets.size());
  for (std::size_t i = 0; i < feedback.packets.size(); ++i) {
    PLENARY_CHECK(again->packets[i].received.has_value() == feedback.packets[i].received.has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bandwidth::RateLimits limits;
  bandwidth::BandwidthEstimate estimate(limits);
  Instant now{std::chrono::seconds(1)};
  ByteReader reader(Bytes(data, size));
  // Each piece: its length, how many packets were sent before it, then the body of a message.
  while (reader.remaining() > 2) {
    const std::size_t length = reader.u8() % kPieceMost;
    const std::size_t packets = reader.u8();
    for (std::size_t i = 0; i < packets; ++i) estimate.on_sent(1'200, now += std::chrono::milliseconds(1));
    const Bytes body = reader.take(std::min(length, reader.remaining()));
    if (const auto feedback = rtp::parse_transport_feedback(body)) {
      check_round_trip(*feedback);
      estimate.on_feedback(*feedback, now);
    }
    estimate.on_tick(3'000'000, now += std::chrono::milliseconds(20));
    for (int i = 0; i < 100 && estimate.poll_probe(now); ++i) estimate.on_sent(*estimate.poll_probe(now), now);
    PLENARY_CHECK(estimate.target() >= limits.min && estimate.target() <= limits.max);
    PLENARY_CHECK(estimate.inherent_loss() >= 0 && estimate.inherent_loss() <= bandwidth::kInherentMost);
  }
  return 0;
}

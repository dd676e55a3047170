// An RTCP compound; what was read must be writable and mean the same when it is read again.
#include <cstddef>
#include <cstdint>
#include <variant>

#include "media/base/check.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/rtcp.h"

namespace {

using namespace plenary;

bool is_cut_when_written(const rtp::RtcpPacket& packet) {
  const auto* nack = std::get_if<rtp::Nack>(&packet);
  return nack != nullptr && nack->sequences.size() >= rtp::kMaxNackSequences;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const rtp::RtcpCompound compound = rtp::parse_rtcp(Bytes(data, size));
  for (const rtp::RtcpPacket& packet : compound.packets) {
    ByteVector first;
    rtp::write_rtcp(packet, first);
    const rtp::RtcpCompound again = rtp::parse_rtcp(first);
    if (is_cut_when_written(packet)) continue;
    PLENARY_CHECK(!again.fault && again.packets.size() == 1 && again.packets[0].index() == packet.index());
    ByteVector second;
    rtp::write_rtcp(again.packets[0], second);
    PLENARY_CHECK(first == second);
    if (const auto* report = std::get_if<rtp::ReceiverReport>(&packet)) {
      for (const rtp::ReportBlock& block : report->blocks) (void)rtp::round_trip(block, Instant(std::chrono::hours(1)));
    }
  }
  return 0;
}

// Messages of the socket pair between a room process and the server, several in a row: two bytes of length, then one.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "media/base/check.h"
#include "media/rtp/feed_wire.h"

using namespace plenary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rtp::FeedAssembler assembler;
  ByteReader reader(Bytes(data, size));
  while (reader.remaining() > 0) {
    const std::size_t length = reader.u16();
    const auto frame = assembler.add(reader.take(std::min(length, reader.remaining())));
    if (!frame) continue;
    PLENARY_CHECK(!frame->payloads.empty() && frame->payloads.size() <= rtp::kMaxFramePayloads);
    rtp::FeedAssembler other;
    for (const ByteVector& message : rtp::write_feed_messages(*frame)) {
      if (const auto back = other.add(message)) PLENARY_CHECK(back->payloads == frame->payloads);
    }
    PLENARY_CHECK(other.dropped_frames() == 0);
  }
  return 0;
}

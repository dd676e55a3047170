// Datagrams over a byte stream (RFC 4571, RFC 6544), from somebody who frames as they like. The first byte chooses in
// which steps the stream arrives: the same comes out however it is cut, up to a length that no packet has, and framed
// again it is the stream.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/base/check.h"
#include "media/io/tcp_framing.h"

namespace {

using namespace plenary;

constexpr std::size_t kLengthBytes = 2;

struct Came {
  std::vector<ByteVector> datagrams;
  bool broken = false;
};

Came expected(Bytes stream) {
  Came came;
  while (stream.size() >= kLengthBytes) {
    const std::size_t length = load_u16(stream.data());
    came.broken = length > io::kMaxFramed;
    if (came.broken || stream.size() < kLengthBytes + length) break;
    const Bytes datagram = stream.subspan(kLengthBytes, length);
    if (length > 0) came.datagrams.emplace_back(datagram.begin(), datagram.end());
    stream = stream.subspan(kLengthBytes + length);
  }
  return came;
}

Came read(Bytes stream, std::uint8_t steps) {
  io::TcpInput input;
  Came came;
  std::uint32_t state = steps;
  while (!stream.empty() && !input.broken()) {
    const MutableBytes room = input.room();
    PLENARY_CHECK(!room.empty());
    state = state * 1'664'525 + 1'013'904'223;
    const std::size_t step = (state & 0x100) != 0 ? 1 + (state >> 24) : room.size();
    const std::size_t size = std::min({step, stream.size(), room.size()});
    std::copy_n(stream.begin(), size, room.begin());
    input.handle_read(size);
    stream = stream.subspan(size);
    while (const auto datagram = input.next()) {
      came.datagrams.emplace_back(datagram->begin(), datagram->end());
    }
  }
  came.broken = input.broken();
  return came;
}

// What is framed again leaves in steps too.
void check_framed_again(const std::vector<ByteVector>& datagrams, std::uint8_t steps) {
  io::TcpOutput output;
  ByteVector stream;
  std::size_t bytes = 0;
  for (const ByteVector& datagram : datagrams) {
    PLENARY_CHECK(output.push(datagram));
    bytes += kLengthBytes + datagram.size();
    const Bytes pending = output.pending();
    const std::size_t size = std::min<std::size_t>(pending.size(), 8 * std::size_t{steps});
    stream.insert(stream.end(), pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(size));
    output.handle_sent(size);
  }
  stream.insert(stream.end(), output.pending().begin(), output.pending().end());
  const Came again = expected(stream);
  PLENARY_CHECK(stream.size() == bytes && !again.broken && again.datagrams == datagrams);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes stream(data + 1, size - 1);
  const Came came = read(stream, data[0]);
  const Came wanted = expected(stream);
  PLENARY_CHECK(came.datagrams == wanted.datagrams && came.broken == wanted.broken);
  check_framed_again(came.datagrams, data[0]);
  return 0;
}

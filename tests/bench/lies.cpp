// What it costs to look at datagrams that lie about their lengths and counts: STUN and RTCP.
#include <fmt/format.h>

#include <functional>
#include <string>

#include "media/ice/stun.h"
#include "media/rtp/rtcp.h"
#include "tests/bench/thread_seconds.h"

namespace plenary {
namespace {

constexpr double kSeconds = 0.2;  // of each

void measure(const std::string& name, const std::function<bool()>& is_accepted) {
  const bool accepted = is_accepted();
  const double start = thread_seconds();
  double took = 0;
  std::size_t count = 0;
  for (; took < kSeconds; took = thread_seconds() - start) {
    for (int i = 0; i < 16; ++i) is_accepted();
    count += 16;
  }
  fmt::print("{}: {:.2f} µs, {}\n", name, 1e6 * took / static_cast<double>(count), accepted ? "read" : "refused");
}

// `attributes` behind the head of a Binding request.
ByteVector request(const ByteVector& attributes) {
  ByteVector bytes = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  store_u16(bytes.data() + 2, static_cast<std::uint16_t>(attributes.size()));
  bytes.insert(bytes.end(), attributes.begin(), attributes.end());
  return bytes;
}

ByteVector repeated(const ByteVector& what, std::size_t times, ByteVector before = {}) {
  for (std::size_t i = 0; i < times; ++i) before.insert(before.end(), what.begin(), what.end());
  return before;
}

void stun(const std::string& name, const ByteVector& attributes) {
  measure("STUN, " + name, [bytes = request(attributes)] { return ice::parse_stun(bytes).has_value(); });
}

// `bytes` with the length that they have in their head.
void rtcp(const std::string& name, ByteVector bytes) {
  if (bytes.size() > 4) store_u16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size() / 4 - 1));
  measure("RTCP, " + name, [bytes] { return !rtp::parse_rtcp(bytes).fault; });
}

void run() {
  stun("1,000 attributes", repeated({0x80, 0x22, 0, 0}, 1'000));
  stun("an attribute that ends outside", {0, 6, 0x7f, 0xff, 1, 2, 3, 4});
  stun("a fingerprint that is not the last", {0x80, 0x28, 0, 4, 1, 2, 3, 4, 0x80, 0x22, 0, 0});
  stun("one unknown attribute that is required", {0x7f, 0xff, 0, 0});
  const ByteVector feedback = {0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0xff, 0xff, 0, 0, 0, 0};
  rtcp("65,535 arrivals without their times", repeated({0x3f, 0xff}, 8, feedback));
  rtcp("arrivals of the reserved kind", repeated({0x7f, 0xff}, 8, feedback));
  rtcp("65,535 arrivals and a datagram of times", repeated({0x3f, 0xff}, 700, feedback));
  rtcp("a NACK of 6,120", repeated({0, 1, 0xff, 0xff}, 360, {0x81, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2}));
  rtcp("REMB that counts beyond its end",
       {0x8f, 206, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 255, 1, 0, 0, 0, 0, 0, 7});
  rtcp("a description without end", {0x9f, 202, 0, 0, 0, 0, 0, 1, 1, 255, 'a', 'b'});
  rtcp("an extended report of empty blocks", repeated({9, 0, 0, 0}, 360, {0x80, 207, 0, 0, 0, 0, 0, 1}));
  const ByteVector report = {0x80, 201, 0, 1, 0, 0, 0, 1};
  const ByteVector liar = {0x80, 201, 0xff, 0xff, 0, 0, 0, 1};
  measure("RTCP, a compound of 180, the last one's length lies",
          [bytes = repeated(liar, 1, repeated(report, 180))] { return !rtp::parse_rtcp(bytes).fault; });
}

}  // namespace
}  // namespace plenary

int main() { plenary::run(); }

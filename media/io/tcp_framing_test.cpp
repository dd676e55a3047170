#include "media/io/tcp_framing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace plenary::io::tcp_framing_test {
namespace {

ByteVector framed(Bytes datagram) {
  TcpOutput output;
  EXPECT_TRUE(output.push(datagram));
  return {output.pending().begin(), output.pending().end()};
}

std::vector<ByteVector> read(TcpInput& input, Bytes stream, std::size_t step) {
  std::vector<ByteVector> got;
  while (!stream.empty() && !input.broken()) {
    const MutableBytes room = input.room();
    const std::size_t size = std::min({step, stream.size(), room.size()});
    std::copy_n(stream.begin(), size, room.begin());
    input.handle_read(size);
    stream = stream.subspan(size);
    while (const std::optional<MutableBytes> datagram = input.next()) got.emplace_back(datagram->begin(), datagram->end());
  }
  return got;
}

TEST(tcp_framing, a_datagram_has_its_length_before_it) {
  EXPECT_EQ(framed(ByteVector{7, 8, 9}), (ByteVector{0, 3, 7, 8, 9}));
}

TEST(tcp_framing, comes_out_the_same_however_the_stream_is_cut) {
  std::mt19937 random(1);
  std::vector<ByteVector> sent;
  ByteVector stream;
  for (int i = 0; i < 200; ++i) {
    ByteVector datagram(1 + random() % kMaxFramed);
    for (std::uint8_t& byte : datagram) byte = static_cast<std::uint8_t>(random());
    const ByteVector bytes = framed(datagram);
    stream.insert(stream.end(), bytes.begin(), bytes.end());
    sent.push_back(std::move(datagram));
  }
  for (const std::size_t step : std::vector<std::size_t>{1, 2, 3, 1'000, 100'000}) {
    TcpInput input;
    EXPECT_EQ(read(input, stream, step), sent) << step;
    EXPECT_FALSE(input.broken());
  }
}

TEST(tcp_framing, empty_datagrams_are_nothing) {
  TcpInput input;
  EXPECT_EQ(read(input, ByteVector{0, 0, 0, 0, 0, 1, 5}, 7), (std::vector<ByteVector>{{5}}));
}

TEST(tcp_framing, a_length_that_no_packet_has_breaks_the_stream) {
  TcpInput input;
  // What a browser of the web would begin with: "GE" is a length of 18,245.
  const std::string_view http = "GET / HTTP/1.1\r\n\r\n";
  EXPECT_TRUE(read(input, Bytes(reinterpret_cast<const std::uint8_t*>(http.data()), http.size()), 4).empty());
  EXPECT_TRUE(input.broken());
}

TEST(tcp_framing, a_slow_line_loses_pictures_in_one_run_and_keeps_sound) {
  TcpOutput output;
  const ByteVector picture(1'200);
  const ByteVector sound(120);
  std::size_t pictures = 0;
  while (output.push(picture)) ++pictures;
  EXPECT_NEAR(static_cast<double>(pictures), static_cast<double>(kMaxTcpQueued) / 1'202, 2);
  EXPECT_TRUE(output.push(sound));
  // A little room is not enough for pictures, or each would have a hole.
  output.handle_sent(kMaxTcpQueued / 2);
  EXPECT_FALSE(output.push(picture));
  EXPECT_TRUE(output.push(sound));
  output.handle_sent(output.pending().size() - kTcpRelieved);
  EXPECT_TRUE(output.push(picture));
}

TEST(tcp_framing, what_waits_is_bounded_for_small_ones_too) {
  TcpOutput output;
  const ByteVector sound(120);
  for (int i = 0; i < 10'000; ++i) output.push(sound);
  EXPECT_LE(output.pending().size(), (kMaxTcpQueued + kTcpReserve) * 122 / 120 + 1);
}

TEST(tcp_framing, what_was_sent_makes_room_and_order_is_kept) {
  TcpOutput output;
  std::size_t pushed = 0;
  ByteVector stream;
  std::mt19937 random(2);
  while (stream.size() < 3 * kMaxTcpQueued) {
    const ByteVector datagram(200, static_cast<std::uint8_t>(pushed));
    if (output.push(datagram)) ++pushed;
    const Bytes pending = output.pending();
    const std::size_t size = std::min<std::size_t>(pending.size(), random() % 400);
    stream.insert(stream.end(), pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(size));
    output.handle_sent(size);
  }
  TcpInput input;
  const std::vector<ByteVector> got = read(input, stream, 5'000);
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], ByteVector(200, static_cast<std::uint8_t>(i)));
}

}  // namespace
}  // namespace plenary::io::tcp_framing_test

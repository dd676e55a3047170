#include "media/forward/layer_line.h"

#include <gtest/gtest.h>

namespace plenary::forward::layer_line_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLow = 0, kHigh = 1;
const ByteVector kPayload = {1, 2, 3};

rtp::Packet packet(std::size_t layer, std::uint16_t sequence, std::uint32_t timestamp) {
  rtp::Packet made;
  made.ssrc = static_cast<std::uint32_t>(100 + layer);
  made.sequence = sequence;
  made.timestamp = timestamp;
  made.payload = kPayload;
  return made;
}

TEST(layer_line, goes_on_with_the_present_layer_until_a_key_frame_of_the_wanted_one_comes) {
  LayerLine line;
  const Instant start(1h);
  line.set_wanted(kLow);
  EXPECT_FALSE(line.place(kLow, packet(kLow, 500, 9'000), false, start)) << "nothing to begin with";
  const auto first = line.place(kLow, packet(kLow, 501, 12'600), true, start + 40ms);
  ASSERT_TRUE(first);
  line.set_wanted(kHigh);
  EXPECT_FALSE(line.place(kHigh, packet(kHigh, 7, 77), false, start + 80ms));
  const auto second = line.place(kLow, packet(kLow, 502, 16'200), false, start + 80ms);
  ASSERT_TRUE(second);
  const auto third = line.place(kHigh, packet(kHigh, 65'535, 3'677), true, start + 120ms);
  ASSERT_TRUE(third);
  EXPECT_FALSE(line.place(kLow, packet(kLow, 503, 19'800), false, start + 120ms));
  const auto fourth = line.place(kHigh, packet(kHigh, 0, 7'277), false, start + 160ms);
  ASSERT_TRUE(fourth);

  EXPECT_EQ(second->sequence, first->sequence + 1);
  EXPECT_EQ(third->sequence, first->sequence + 2);
  EXPECT_EQ(fourth->sequence, first->sequence + 3);
  EXPECT_EQ(second->timestamp - first->timestamp, 3'600u);
  EXPECT_EQ(third->timestamp - first->timestamp, 7'200u);
  EXPECT_EQ(fourth->timestamp - first->timestamp, 10'800u);
  EXPECT_EQ(fourth->ssrc, first->ssrc);
}

TEST(layer_line, what_comes_late_gets_the_place_that_was_left_for_it) {
  LayerLine line;
  line.set_wanted(kHigh);
  const Instant start(1h);
  const auto first = line.place(kHigh, packet(kHigh, 10, 3'600), true, start);
  const auto third = line.place(kHigh, packet(kHigh, 12, 7'200), false, start + 40ms);
  const auto second = line.place(kHigh, packet(kHigh, 11, 3'600), false, start);
  ASSERT_TRUE(first && second && third);
  EXPECT_EQ(third->sequence, first->sequence + 2);
  EXPECT_EQ(second->sequence, first->sequence + 1);
  EXPECT_EQ(second->timestamp, first->timestamp);
}

TEST(layer_line, what_is_late_of_the_layer_before_is_left_out) {
  LayerLine line;
  line.set_wanted(kLow);
  const Instant start(1h);
  line.place(kLow, packet(kLow, 10, 3'600), true, start);
  line.set_wanted(kHigh);
  line.place(kHigh, packet(kHigh, 900, 50), true, start + 40ms);
  EXPECT_FALSE(line.place(kLow, packet(kLow, 11, 3'600), false, start));
}

}  // namespace
}  // namespace plenary::forward::layer_line_test

#include "media/peer/viewer_bandwidth.h"

#include <gtest/gtest.h>

namespace plenary::peer::viewer_bandwidth_test {
namespace {

using namespace std::chrono_literals;

constexpr PictureLayers kRoom = {.count = 3, .bitrate = {150'000, 600'000, 1'800'000}};
constexpr std::size_t kPacket = 1'200;

Instant at(Duration since) { return Instant(1h) + since; }

// Everything that was sent arrives in order, 40 ms later.
class Line {
 public:
  explicit Line(ViewerBandwidth& bandwidth) : bandwidth_(bandwidth) {}
  void send(std::size_t size, Instant now) {
    report_.packets.push_back({.sequence = bandwidth_.on_sent(size, true, now), .received = now + 40ms});
  }
  void report(Instant now) {
    if (!report_.packets.empty()) bandwidth_.on_feedback(std::exchange(report_, {}), now);
  }

 private:
  ViewerBandwidth& bandwidth_;
  rtp::TransportFeedback report_;
};

TEST(ViewerBandwidth, begins_with_the_highest_layer_and_without_a_pace) {
  ViewerBandwidth bandwidth(ViewerBandwidth::need_of(kRoom), true);
  bandwidth.set_sound(0, true);
  bandwidth.set_picture(0, kRoom, true);
  const auto& choice = bandwidth.tick(at(0ms));
  EXPECT_EQ(choice.layers[0], 2);
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(bandwidth.may_send_picture(at(0ms)));
    bandwidth.on_sent(kPacket, true, at(0ms));
  }
}

TEST(ViewerBandwidth, a_line_that_carries_less_is_paced_at_half_as_much_again_without_the_sound) {
  ViewerBandwidth bandwidth(400'000, true);
  bandwidth.set_sound(0, true);
  bandwidth.set_picture(0, kRoom, true);
  EXPECT_EQ(bandwidth.tick(at(0ms)).layers[0], 0);
  std::size_t sent = 0;
  for (Duration since = 0ms; since < 1s; since += 1ms) {
    while (bandwidth.may_send_picture(at(since))) {
      bandwidth.on_sent(kPacket, true, at(since));
      sent += kPacket + kDatagramOverhead;
    }
    EXPECT_GT(bandwidth.next_picture(), at(since));
  }
  EXPECT_NEAR(static_cast<double>(sent) * 8, bandwidth::kPace * 400'000 - kSoundGuess, 2 * 8 * kPacket);
}

TEST(ViewerBandwidth, sound_is_not_held_back_and_counts_nothing_against_pictures) {
  ViewerBandwidth bandwidth(400'000, true);
  bandwidth.set_picture(0, kRoom, true);
  bandwidth.tick(at(0ms));
  for (int i = 0; i < 100; ++i) bandwidth.on_sent(200, false, at(1ms));
  EXPECT_TRUE(bandwidth.may_send_picture(at(1ms)));
}

TEST(ViewerBandwidth, a_rate_that_nobody_named_is_measured) {
  constexpr PictureLayers kPassedThrough = {.count = 1, .bitrate = {0}};
  ViewerBandwidth bandwidth(1'000'000, true);
  bandwidth.set_picture(0, kPassedThrough, true);
  EXPECT_EQ(bandwidth.tick(at(0ms)).layers[0], bandwidth::kStill);  // it may be as much as an encoder of ours makes
  for (Duration since = 0ms; since < 3s; since += 20ms) {
    bandwidth.on_picture(0, bandwidth::kMaxLayers, kPacket);  // 490 kbit/s
    bandwidth.tick(at(since));
  }
  EXPECT_EQ(bandwidth.choice().choice().layers[0], 0);
}

TEST(ViewerBandwidth, probes_only_where_padding_can_go) {
  for (const bool probes : {true, false}) {
    ViewerBandwidth bandwidth(300'000, probes);
    bandwidth.set_picture(0, kRoom, true);
    Line line(bandwidth);
    bool probed = false;
    for (Duration since = 0ms; since < 10s; since += 20ms) {
      bandwidth.tick(at(since));
      line.send(600, at(since));
      if (since % 100ms == 0ms) line.report(at(since));
      probed |= bandwidth.poll_probe(at(since)).has_value();
    }
    EXPECT_EQ(probed, probes);
  }
}

}  // namespace
}  // namespace plenary::peer::viewer_bandwidth_test

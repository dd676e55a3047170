// A key frame to many takes long to send: sound that comes meanwhile does not wait for it.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace plenary::sim::hurried_sound_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11}, kSound{12};
constexpr std::uint16_t kPictureNumber = 1, kSoundNumber = 2;
constexpr std::size_t kViewers = 200, kPictureParts = 12, kPictureBytes = 1'100, kSoundBytes = 160;
constexpr std::size_t kBetween = 600;  // bytes of a datagram: more is of the picture, less is sound

class HurriedSound : public testing::Test {
 protected:
  HurriedSound() : world_(1) {
    world_.command(io::AddFeedTrack{kPicture, Codec::h264, "42e01f", kFeed, kPictureNumber, kNoTrack, 0});
    world_.command(io::AddFeedTrack{kSound, Codec::opus, "42e01f", kFeed, kSoundNumber, kNoTrack, 0});
    for (std::uint64_t i = 1; i <= kViewers; ++i) {
      world_.add_viewer(PeerId{i});
      world_.command(io::SetSlot{.peer = PeerId{i}, .slot = 0, .track = kSound});
      world_.command(io::SetSlot{.peer = PeerId{i}, .slot = 1, .track = kPicture});
    }
    connected_ = world_.run_until_true([this] { return world_.told<io::PeerConnected>().size() == kViewers; }, 30s);
  }
  void frame(Codec codec, std::uint16_t number, std::size_t parts, std::size_t bytes) {
    const PayloadMark mark{
        .frame = frames_++, .parts = static_cast<std::uint16_t>(parts), .stream = number, .key_frame = true};
    world_.board.handle_frame(kFeed, make_frame(codec, number, mark, 90'000 + frames_, world_.now, bytes), world_.now);
  }
  // One batch; true: there is more.
  bool poll() {
    const bool more = world_.board.poll_output(batch_, world_.now);
    for (const peer::Run& run : batch_.runs()) {
      pictures_ += run.datagrams - 1U;
      const Bytes last = batch_.bytes(run).subspan(std::size_t{run.segment} * (run.datagrams - 1U));
      if (last[1] >= 192 && last[1] < 224) continue;  // a report (RFC 5761)
      ++(last.size() > kBetween ? pictures_ : sounds_);
    }
    batch_.clear();
    return more;
  }

  World world_;
  bool connected_ = false;
  peer::SendBatch batch_;
  std::uint32_t frames_ = 0;
  std::size_t pictures_ = 0;
  std::size_t sounds_ = 0;
};

TEST_F(HurriedSound, sound_that_comes_in_the_middle_of_a_key_frame_goes_first_and_nothing_goes_twice) {
  ASSERT_TRUE(connected_);
  while (poll()) continue;
  pictures_ = sounds_ = 0;
  frame(Codec::h264, kPictureNumber, kPictureParts, kPictureBytes);
  ASSERT_TRUE(poll());
  const std::size_t before = pictures_;
  ASSERT_GT(before, 0U);
  frame(Codec::opus, kSoundNumber, 1, kSoundBytes);
  world_.board.hurry_sound();
  while (world_.board.hurries_sound()) ASSERT_TRUE(poll());
  EXPECT_EQ(sounds_, kViewers);
  EXPECT_EQ(pictures_, before);
  while (poll()) continue;
  EXPECT_EQ(sounds_, kViewers);
  EXPECT_EQ(pictures_, kViewers * kPictureParts);
  EXPECT_EQ(world_.board.counters().get(Count::sound_hurried), 1U);
}

TEST_F(HurriedSound, nothing_changes_where_no_sound_waits) {
  ASSERT_TRUE(connected_);
  while (poll()) continue;
  frame(Codec::h264, kPictureNumber, kPictureParts, kPictureBytes);
  ASSERT_TRUE(poll());
  world_.board.hurry_sound();
  EXPECT_FALSE(world_.board.hurries_sound());
  EXPECT_EQ(world_.board.counters().get(Count::sound_hurried), 0U);
}

}  // namespace
}  // namespace plenary::sim::hurried_sound_test

#include "media/io/feed_socket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "media/io/clock.h"
#include "media/io/room_socket.h"

namespace plenary::io::feed_socket_test {
namespace {

rtp::Frame frame_of(bool key_frame, std::size_t packets, std::uint16_t track = 5) {
  rtp::Frame frame;
  frame.track = track;
  frame.codec = Codec::vp8;
  frame.key_frame = key_frame;
  frame.payloads.assign(packets, ByteVector(1'000, 7));
  return frame;
}

struct FeedSocketTest : testing::Test {
  FeedSocketTest() {
    auto pair = make_room_socket_pair();
    ours = std::make_unique<FeedSocket>((*pair)[0]);
    theirs = std::make_unique<FeedSocket>((*pair)[1]);
  }
  std::vector<rtp::Frame> read_all() {
    std::vector<rtp::Frame> frames;
    while (theirs->read(frames, oldest, counters) == FeedSocket::Read::more) {
    }
    return frames;
  }
  Counters counters;
  Instant oldest = Instant::max();
  std::unique_ptr<FeedSocket> ours;
  std::unique_ptr<FeedSocket> theirs;
};

TEST_F(FeedSocketTest, a_frame_arrives_as_it_was) {
  (void)ours->write(frame_of(true, 200), counters);
  const std::vector<rtp::Frame> frames = read_all();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_EQ(frames[0].payloads, frame_of(true, 200).payloads);
}

TEST_F(FeedSocketTest, a_full_pair_drops_whole_frames_until_the_next_key_frame) {
  (void)ours->write(frame_of(true, 20), counters);
  for (int i = 0; i < 1'000; ++i) (void)ours->write(frame_of(false, 20), counters);
  EXPECT_GT(counters.get(Count::room_frames_dropped), 0u);
  const std::size_t arrived = read_all().size();
  EXPECT_EQ(arrived, counters.get(Count::room_frames_out));
  // There is room again, but a decoder could not use it.
  EXPECT_FALSE(ours->write(frame_of(false, 20), counters));
  EXPECT_TRUE(read_all().empty());
  (void)ours->write(frame_of(true, 20), counters);
  (void)ours->write(frame_of(false, 20), counters);
  EXPECT_EQ(read_all().size(), 2u);
}

TEST_F(FeedSocketTest, one_speakers_dropped_picture_does_not_stop_anothers) {
  for (int i = 0; i < 1'000; ++i) (void)ours->write(frame_of(false, 20, 5), counters);
  read_all();
  (void)ours->write(frame_of(false, 20, 6), counters);
  EXPECT_EQ(read_all().size(), 1u);
}

TEST_F(FeedSocketTest, it_knows_when_the_first_of_what_waited_came) {
  const Instant before = read_monotonic();
  (void)ours->write(frame_of(true, 1), counters);
  const Instant between = read_monotonic();
  ::poll(nullptr, 0, 20);  // the kernel's stamps know no virtual time
  (void)ours->write(frame_of(false, 1), counters);
  EXPECT_EQ(read_all().size(), 2u);
  // The kernel stamps by another clock: they are compared when it is read.
  EXPECT_GT(oldest, before - std::chrono::milliseconds(5));
  EXPECT_LT(oldest, between + std::chrono::milliseconds(5));
}

TEST_F(FeedSocketTest, the_other_ends_end_is_noticed) {
  theirs.reset();
  std::vector<rtp::Frame> frames;
  EXPECT_EQ(ours->read(frames, oldest, counters), FeedSocket::Read::closed);
  (void)ours->write(frame_of(true, 1), counters);  // no signal, no crash
}

TEST_F(FeedSocketTest, nonsense_is_counted) {
  const std::string junk = "neither frame nor chunk";
  ASSERT_GT(::send(ours->descriptor(), junk.data(), junk.size(), 0), 0);
  EXPECT_TRUE(read_all().empty());
}

}  // namespace
}  // namespace plenary::io::feed_socket_test

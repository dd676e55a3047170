#include "media/room/pass_through.h"

#include <gtest/gtest.h>

#include "media/room/failover.h"
#include "media/room/query.h"
#include "media/room/stream_timeline.h"

namespace plenary::room::pass_through_test {
namespace {

using std::chrono::milliseconds;

Instant at(std::int64_t ms) { return Instant(milliseconds(ms)); }

// x264's parameter sets for 640×360.
const ByteVector kBaselineSps{0,    0,    0,    1,    0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9, 0x61,
                              0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2e, 0x48};
// first_mb_in_slice 0 is the bit 1; then slice_type: P 0 = "1", B 1 = "010", I 7 = "0001000".
const ByteVector kKey{0, 0, 0, 1, 0x65, 0x88, 0x84, 0x00, 0x10};
const ByteVector kPredicted{0, 0, 0, 1, 0x41, 0xe0, 0x80, 0x00};
const ByteVector kBidirectional{0, 0, 0, 1, 0x01, 0xa0, 0x80, 0x00};

ByteVector joined(ByteVector a, const ByteVector& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(PassThrough, begins_at_the_second_key_frame_of_a_good_stream) {
  PassThrough judge;
  EXPECT_FALSE(judge.add(joined(kBaselineSps, kKey), at(0)));
  EXPECT_FALSE(judge.add(kPredicted, at(40)));
  EXPECT_TRUE(judge.add(joined(kBaselineSps, kKey), at(2'000)));
  EXPECT_TRUE(judge.key_frame());
  EXPECT_TRUE(judge.add(kPredicted, at(2'040)));
  EXPECT_FALSE(judge.key_frame());
}

TEST(PassThrough, a_bidirectional_picture_ends_it_at_once) {
  PassThrough judge;
  judge.add(joined(kBaselineSps, kKey), at(0));
  ASSERT_TRUE(judge.add(joined(kBaselineSps, kKey), at(1'000)));
  EXPECT_FALSE(judge.add(kBidirectional, at(1'040)));
  EXPECT_FALSE(judge.add(joined(kBaselineSps, kKey), at(2'000)));
  EXPECT_TRUE(judge.add(joined(kBaselineSps, kKey), at(3'000)));
}

TEST(PassThrough, key_frames_too_far_apart_end_it_at_the_next_one) {
  PassThrough judge;
  judge.add(joined(kBaselineSps, kKey), at(0));
  ASSERT_TRUE(judge.add(joined(kBaselineSps, kKey), at(1'000)));
  EXPECT_TRUE(judge.add(kPredicted, at(3'500)));  // no decoder could start here
  EXPECT_FALSE(judge.add(joined(kBaselineSps, kKey), at(5'000)));
}

TEST(PassThrough, another_profile_or_a_higher_level_never_passes) {
  for (const auto& [offset, value] : {std::pair<std::size_t, std::uint8_t>{5, 0x4d}, {7, 40}}) {
    ByteVector sps = kBaselineSps;
    sps[offset] = value;
    PassThrough judge;
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(judge.add(joined(sps, kKey), at(i * 1'000)));
  }
}

TEST(PassThrough, broken_bytes_do_not_pass) {
  PassThrough judge;
  EXPECT_FALSE(judge.add({}, at(0)));
  const ByteVector cut{0, 0, 0, 1, 0x67};
  EXPECT_FALSE(judge.add(cut, at(1)));
  const ByteVector zeros(100, 0);
  EXPECT_FALSE(judge.add(zeros, at(2)));
}

TEST(Failover, a_backup_comes_in_after_half_a_second_and_gives_way_at_once) {
  Failover failover;
  EXPECT_EQ(failover.offer(0, at(0)), Failover::Verdict::switched);
  EXPECT_EQ(failover.offer(1, at(100)), Failover::Verdict::refused);
  EXPECT_EQ(failover.offer(1, at(499)), Failover::Verdict::refused);
  EXPECT_EQ(failover.offer(1, at(500)), Failover::Verdict::switched);
  EXPECT_EQ(failover.offer(1, at(520)), Failover::Verdict::used);
  EXPECT_EQ(failover.offer(0, at(540)), Failover::Verdict::switched);
  EXPECT_EQ(failover.offer(1, at(560)), Failover::Verdict::refused);
}

TEST(StreamTimeline, nothing_is_taken_after_it_arrived) {
  StreamTimeline timeline;
  // Picture 700 ms ahead of its bytes, sound 1,000 ms: both move back by the larger.
  EXPECT_EQ(timeline.place(at(1'700), at(1'000)), at(1'000));
  EXPECT_EQ(timeline.place(at(2'010), at(1'010)), at(1'010));
  EXPECT_EQ(timeline.place(at(1'740), at(1'040)), at(740));
}

TEST(StreamTimeline, later_jitter_does_not_move_it_but_a_jump_does) {
  StreamTimeline timeline;
  timeline.place(at(1'000), at(1'000));
  EXPECT_EQ(timeline.place(at(3'050), at(3'000)), at(3'050));
  EXPECT_EQ(timeline.place(at(60'000), at(4'000)), at(4'000));
}

TEST(Url, secrets_are_not_shown) {
  EXPECT_EQ(url_without_secrets("rtsp://admin:pw@camera/stream"), "rtsp://camera/stream");
  EXPECT_EQ(url_without_secrets("srt://h:1?passphrase=x&latency=9&streamid=y"),
            "srt://h:1?passphrase=…&latency=9&streamid=…");
}

TEST(Url, the_query_is_decoded) {
  const auto pairs = parse_query("test:?tone=440%2C880&picture=smpte&flag");
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[0].second, "440,880");
  EXPECT_EQ(pairs[2].first, "flag");
}

}  // namespace
}  // namespace plenary::room::pass_through_test

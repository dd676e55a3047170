#include "media/rtp/timestamp.h"

#include <gtest/gtest.h>

#include "media/base/random.h"

namespace plenary::rtp::timestamp_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Instant at(std::int64_t ms) { return Instant(milliseconds(ms)); }
std::int64_t apart(Instant a, Instant b) { return std::abs(to_milliseconds(a - b)); }

// A sender whose clock reads `offset_ms` more than ours, with reports that need `delay_ms`.
std::uint64_t remote_ntp(std::int64_t ms, std::int64_t offset_ms) { return ntp_time(at(ms + offset_ms)); }

SenderReport report_at(std::int64_t ms, std::int64_t offset_ms, std::uint32_t timestamp) {
  SenderReport report;
  report.ntp = remote_ntp(ms, offset_ms);
  report.rtp_timestamp = timestamp;
  return report;
}

TEST(TicksTest, a_day_of_ticks_comes_back_exactly) {
  for (std::int64_t ticks = -90'000; ticks < 90'000ll * 86'400; ticks += 1'234'567) {
    EXPECT_EQ(to_ticks(from_ticks(ticks, 90'000), 90'000), ticks);
    EXPECT_EQ(to_ticks(from_ticks(ticks, 48'000), 48'000), ticks);
  }
  EXPECT_EQ(to_ticks(seconds(-2), 48'000), -96'000);
}

TEST(TimestampUnwrapperTest, goes_on_across_the_wrap_in_both_directions) {
  TimestampUnwrapper unwrapper;
  const std::int64_t first = unwrapper.unwrap(0xfffffff0);
  EXPECT_GT(first, 0);
  EXPECT_EQ(unwrapper.unwrap(0x10), first + 0x20);
  EXPECT_EQ(unwrapper.unwrap(0xfffffff8), first + 8);
}

TEST(TimestampRebaseTest, one_source_passes_with_a_constant_offset) {
  TimestampRebase rebase(90'000, 1'000);
  std::uint32_t source = 0xffff0000;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    EXPECT_EQ(rebase.rebase(source, at(i * 40)), 1'000 + i * 3'600);
    source += 3'600;
  }
  EXPECT_EQ(rebase.rebased(), 0u);
}

TEST(TimestampRebaseTest, another_source_goes_on_by_the_time_that_passed) {
  TimestampRebase rebase(48'000, 0);
  rebase.rebase(500, at(0));
  rebase.switch_source();
  EXPECT_EQ(rebase.rebase(0x80000000, at(20)), 960u);
  EXPECT_EQ(rebase.rebase(0x80000000 + 960, at(40)), 1'920u);
  EXPECT_EQ(rebase.rebased(), 1u);
}

TEST(TimestampRebaseTest, a_source_that_jumps_hours_or_backwards_is_repaired) {
  TimestampRebase rebase(90'000, 0);
  rebase.rebase(1'000, at(0));
  EXPECT_EQ(rebase.rebase(1'000 + 90'000u * 7'200, at(40)), 3'600u);
  EXPECT_EQ(rebase.rebase(500, at(80)), 7'200u);
  EXPECT_EQ(rebase.rebase(4'100, at(120)), 10'800u);
  EXPECT_EQ(rebase.rebased(), 2u);
}

TEST(TimestampRebaseTest, the_line_never_stands_still_or_runs_back_at_a_switch) {
  TimestampRebase rebase(90'000, 100);
  rebase.rebase(1'000, at(1'000));
  rebase.switch_source();
  EXPECT_EQ(rebase.rebase(77, at(900)), 101u);
}

TEST(RemoteClockTest, the_fastest_report_sets_the_offset) {
  RemoteClock clock;
  EXPECT_FALSE(clock.known());
  SeededRandom random(14);
  std::int64_t now = 0;
  for (int i = 0; i < 100; ++i) {
    clock.handle_report(remote_ntp(now, 3'600'000), at(now + 30 + random.u32() % 70));
    now += 1'000;
  }
  EXPECT_LE(apart(clock.to_local(remote_ntp(now, 3'600'000)), at(now + 30)), 10);
}

TEST(RemoteClockTest, follows_a_drift_without_a_step) {
  RemoteClock clock;
  Instant before{};
  for (std::int64_t ms = 0; ms < 3'600'000; ms += 1'000) {
    const std::int64_t drifted = ms + ms / 10'000;  // 100 ppm fast
    clock.handle_report(remote_ntp(drifted, 0), at(ms + 20));
    const Instant local = clock.to_local(remote_ntp(drifted, 0));
    if (ms > 0) {
      EXPECT_LE(apart(local, before + seconds(1)), 6);
    }
    EXPECT_LE(apart(local, at(ms + 20)), 6);
    before = local;
  }
}

TEST(RemoteClockTest, one_report_held_up_on_its_way_changes_nothing_but_a_set_clock_does) {
  RemoteClock clock;
  for (std::int64_t ms = 0; ms < 5'000; ms += 1'000) clock.handle_report(remote_ntp(ms, 0), at(ms + 20));
  clock.handle_report(remote_ntp(5'000, 0), at(8'000));
  EXPECT_LE(apart(clock.to_local(remote_ntp(9'000, 0)), at(9'020)), 1);
  clock.handle_report(remote_ntp(9'000, 0), at(9'020));
  clock.handle_report(remote_ntp(10'000, -60'000), at(10'020));
  clock.handle_report(remote_ntp(11'000, -60'000), at(11'020));
  EXPECT_LE(apart(clock.to_local(remote_ntp(12'000, -60'000)), at(12'020)), 1);
  clock.handle_report(remote_ntp(13'000, 60'000), at(13'020));
  EXPECT_LE(apart(clock.to_local(remote_ntp(14'000, 60'000)), at(14'020)), 1);
}

TEST(SourceClockTest, arrival_stands_in_until_a_report_comes) {
  SourceClock clock(90'000);
  EXPECT_FALSE(clock.captured(0));
  clock.handle_packet(9'000, at(500));
  EXPECT_EQ(clock.captured(9'000 + 90'000), at(1'500));
  EXPECT_EQ(clock.timestamp_at(at(1'500)), 99'000u);
  EXPECT_FALSE(clock.synchronised());
}

// Audio arrives 20 ms, video 120 ms after it was taken; the reports know.
TEST(SourceClockTest, audio_and_video_of_one_machine_meet_within_seconds_without_a_jump) {
  RemoteClock remote;
  SourceClock audio(48'000);
  SourceClock video(90'000);
  Instant last_video{};
  for (std::int64_t ms = 0; ms < 20'000; ms += 20) {
    const auto audio_timestamp = static_cast<std::uint32_t>(ms * 48);
    const auto video_timestamp = static_cast<std::uint32_t>(1'000'000 + ms * 90);
    audio.handle_packet(audio_timestamp, at(ms + 20));
    video.handle_packet(video_timestamp, at(ms + 120));
    if (ms % 1'000 == 500) {
      const SenderReport report = report_at(ms, 777, audio_timestamp);
      remote.handle_report(report.ntp, at(ms + 20));
      audio.handle_sender_report(report, remote, at(ms + 20));
      video.handle_sender_report(report_at(ms, 777, video_timestamp), remote, at(ms + 120));
    }
    const Instant now_video = *video.captured(video_timestamp);
    if (ms > 0) {
      EXPECT_LE(apart(now_video, last_video + milliseconds(20)), 2) << ms;
    }
    last_video = now_video;
    if (ms > 7'000) {
      EXPECT_LE(apart(*audio.captured(audio_timestamp), now_video), 2) << ms;
    }
  }
  EXPECT_TRUE(video.synchronised());
}

TEST(SourceClockTest, a_source_that_starts_anew_is_followed_at_once) {
  SourceClock clock(90'000);
  clock.handle_packet(9'000, at(0));
  clock.handle_packet(0x90000000, at(40));
  EXPECT_EQ(clock.captured(0x90000000), at(40));
  EXPECT_FALSE(clock.synchronised());
}

TEST(SourceClockTest, a_day_of_packets_wraps_the_timestamps_without_a_step) {
  SourceClock clock(90'000);
  for (std::int64_t ms = 0; ms < 86'400'000; ms += 400) {
    const auto timestamp = static_cast<std::uint32_t>(ms * 90);
    clock.handle_packet(timestamp, at(ms));
    ASSERT_LE(apart(*clock.captured(timestamp), at(ms)), 1) << ms;
  }
}

TEST(SourceClockTest, a_report_before_any_packet_is_enough) {
  RemoteClock remote;
  SourceClock clock(48'000);
  const SenderReport report = report_at(1'000, 50, 4'800);
  clock.handle_sender_report(report, remote, at(1'010));
  EXPECT_FALSE(clock.captured(0));
  remote.handle_report(report.ntp, at(1'010));
  clock.handle_sender_report(report, remote, at(1'010));
  EXPECT_EQ(clock.captured(4'800 + 48), at(1'011));
}

}  // namespace
}  // namespace plenary::rtp::timestamp_test

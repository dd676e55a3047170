// What the room process leaves out when a reader or the machine is too slow is counted.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>

#include "media/room/clock.h"
#include "media/room/frame_writer.h"
#include "media/room/mixer.h"
#include "media/room/reporter.h"

namespace plenary::room::drops_test {
namespace {

// A pair whose other end nobody reads.
struct FullPair {
  FullPair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()), 0); }
  ~FullPair() {
    for (const int end : ends) close(end);
  }
  std::array<int, 2> ends{};
};

TEST(Drops, frames_that_do_not_fit_are_counted_up_to_the_next_key_frame) {
  const FullPair pair;
  FrameWriter writer(pair.ends[0]);
  rtp::Frame frame;
  frame.codec = Codec::h264;
  frame.key_frame = true;
  frame.payloads = {ByteVector(1'000, 1)};
  std::uint64_t written = 0;
  while (writer.write(frame)) ASSERT_LT(++written, 1'000'000U);
  EXPECT_EQ(writer.dropped_frames(), 1U);
  std::array<std::uint8_t, 2'048> bytes{};
  for (std::uint64_t i = 0; i < written; ++i) ASSERT_GT(recv(pair.ends[1], bytes.data(), bytes.size(), 0), 0);
  frame.key_frame = false;
  EXPECT_FALSE(writer.write(frame)) << "its reader could do nothing with it";
  EXPECT_EQ(writer.dropped_frames(), 2U);
  frame.payloads.clear();
  frame.key_frame = true;
  EXPECT_FALSE(writer.write(frame)) << "nothing in it";
  EXPECT_EQ(writer.dropped_frames(), 3U);
  EXPECT_EQ(writer.written_frames(), written);
}

TEST(Drops, reports_that_are_only_snapshots_are_counted_when_nobody_reads) {
  const FullPair pair;
  Reporter reporter(pair.ends[0]);
  for (int i = 0; reporter.dropped() == 0; ++i) {
    ASSERT_LT(i, 1'000'000);
    reporter.levels({});
  }
  EXPECT_EQ(reporter.dropped(), 1U);
  reporter.channel("en", true);
  EXPECT_EQ(reporter.dropped(), 1U) << "what changed waits";
}

TEST(Drops, ticks_that_the_machine_leaves_no_time_for_are_counted) {
  std::mutex mutex;
  std::condition_variable mixed;
  bool again = false;
  std::atomic<int> sounds{0};
  Mixer::Outputs outputs;
  outputs.return_picture_wanted = [] { return false; };
  outputs.return_sound = [&](const SoundFrame&, double) {
    if (++sounds == 1) {  // the thread is kept from its work
      for (const Instant until = monotonic_now() + std::chrono::milliseconds(300); monotonic_now() < until;) {
      }
      return;
    }
    const std::lock_guard lock(mutex);
    again = true;
    mixed.notify_one();
  };
  Mixer mixer({}, false, std::move(outputs));
  std::unique_lock lock(mutex);
  mixed.wait(lock, [&] { return again; });
  EXPECT_GE(mixer.ticks_left_out(), 14U);
}

}  // namespace
}  // namespace plenary::room::drops_test

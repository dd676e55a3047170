// Many join within a second while many watch: what it costs the encoder, the newcomers and the others.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/sim/world.h"

namespace plenary::sim::crowd_join_test {
namespace {

using namespace std::chrono_literals;

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{11};
constexpr std::uint16_t kStream = 1;
constexpr unsigned kWatching = 500;
constexpr unsigned kJoining = 200;
constexpr Duration kBetween = 5ms;  // all of them within a second
constexpr Duration kFrame = 40ms;
constexpr Duration kWay = 1ms;
constexpr Duration kLongestWait = 250ms;
constexpr std::size_t kMostKeyFrames = 4;  // in a second

struct CrowdJoin : testing::Test {
  CrowdJoin() : world(scenario_seed(1)) {
    // Makes a key frame when it is asked, and never by itself.
    picture = &world.add_room_track(
        kFeed, {.track = kPicture, .number = 1, .stream = kStream, .interval = kFrame, .size = 300});
  }
  ViewerClient& join() {
    const PeerId id{++last_};
    ViewerClient& viewer = world.add_viewer(id);
    world.command(io::SetSlot{.peer = id, .slot = 1, .track = kPicture});
    viewers[id] = &viewer;
    return viewer;
  }
  // When the encoder was asked for a key frame.
  std::vector<Instant> asked_since(Instant since) const {
    std::vector<Instant> times;
    for (const auto& [at, event] : world.events) {
      if (at >= since && std::holds_alternative<io::KeyFrameWanted>(event)) times.push_back(at);
    }
    return times;
  }
  std::map<PeerId, Instant> connected() const {
    std::map<PeerId, Instant> times;
    for (const auto& [at, event] : world.events) {
      if (const auto* one = std::get_if<io::PeerConnected>(&event)) times[one->peer] = at;
    }
    return times;
  }

  World world;
  RoomTrack* picture;
  std::map<PeerId, ViewerClient*> viewers;

 private:
  std::uint64_t last_ = 0;
};

TEST_F(CrowdJoin, two_hundred_in_a_second_cost_few_key_frames_and_nobody_waits_long) {
  for (unsigned i = 0; i < kWatching; ++i) {
    join();
    if (i % 100 == 99) world.run_for(20ms);
  }
  world.run_for(400ms);
  std::map<PeerId, std::size_t> seen;
  for (const auto& [id, viewer] : viewers) seen[id] = viewer->slots[1].complete_frames(kStream);
  const std::uint32_t first_frame = picture->frames;

  const Instant start = world.now;
  for (unsigned i = 0; i < kJoining; ++i) {
    world.run_until(start + i * kBetween);
    join();
  }
  world.run_for(400ms);
  const std::uint32_t frames = picture->frames - first_frame;

  const std::vector<Instant> asked = asked_since(start);
  EXPECT_GE(asked.size(), 2u);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto within =
        std::count_if(asked.begin(), asked.end(), [&](Instant at) { return at >= asked[i] && at < asked[i] + 1s; });
    EXPECT_LE(static_cast<std::size_t>(within), kMostKeyFrames);
  }
  const std::map<PeerId, Instant> ready = connected();
  ASSERT_EQ(ready.size(), kWatching + kJoining);
  Duration longest{};
  for (const auto& [id, viewer] : viewers) {
    const SeenSlot& slot = viewer->slots[1];
    ASSERT_FALSE(slot.frames().empty());
    EXPECT_TRUE(slot.frames().front().key_frame);
    EXPECT_EQ(slot.torn_pictures, 0u);
    if (seen.contains(id)) {
      EXPECT_GE(slot.complete_frames(kStream) - seen[id] + 1, frames) << "lost something";
      continue;
    }
    ASSERT_TRUE(slot.frames().front().complete);
    longest = std::max(longest, *slot.frames().front().complete - ready.at(id));
  }
  // Asked for within 250 ms; then the encoder's next frame, and the way.
  EXPECT_LE(longest, kLongestWait + kFrame + kWay);
  EXPECT_EQ(world.told<io::PeerClosed>().size(), 0u);
  RecordProperty("longest_wait_ms", static_cast<int>(to_milliseconds(longest)));
  RecordProperty("key_frames", static_cast<int>(asked.size()));
}

}  // namespace
}  // namespace plenary::sim::crowd_join_test

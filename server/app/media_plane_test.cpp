#include "server/app/media_plane.h"

#include <gtest/gtest.h>

namespace plenary::server {
namespace {

constexpr TrackId kTrack = io::id_at_home<TrackId>(1, 7);

std::optional<io::ShardEvent> watched(ShardEvents& events, std::size_t shard, bool on) {
  return events.take(shard, io::TrackWatched{.track = kTrack, .watched = on});
}

bool says(const std::optional<io::ShardEvent>& event, bool on) {
  const auto* news = event ? std::get_if<io::TrackWatched>(&*event) : nullptr;
  return news != nullptr && news->watched == on;
}

TEST(shard_events, a_track_is_watched_from_its_first_viewer_to_its_last_on_any_shard) {
  ShardEvents events;
  EXPECT_TRUE(says(watched(events, 0, true), true));
  EXPECT_FALSE(watched(events, 2, true));
  EXPECT_FALSE(watched(events, 0, false));
  EXPECT_TRUE(says(watched(events, 2, false), false));
  EXPECT_FALSE(watched(events, 2, false));
}

TEST(shard_events, a_forgotten_track_begins_anew) {
  ShardEvents events;
  EXPECT_TRUE(watched(events, 0, true));
  events.forget(kTrack);
  EXPECT_TRUE(says(watched(events, 1, true), true));
}

TEST(shard_events, only_home_says_whether_a_track_is_live) {
  ShardEvents events;
  EXPECT_FALSE(events.take(0, io::TrackLive{.track = kTrack, .live = true}));
  EXPECT_TRUE(events.take(1, io::TrackLive{.track = kTrack, .live = true}));
}

TEST(shard_events, what_concerns_one_peer_passes_from_any) {
  ShardEvents events;
  EXPECT_TRUE(events.take(3, io::PeerClosed{.peer = io::id_at_home<PeerId>(3, 1), .reason = "closed"}));
}

TEST(placement, a_room_stays_together_until_its_shard_is_much_fuller_than_another) {
  Placement placement(3);
  std::vector<std::size_t> on(3);
  for (int i = 0; i < 600; ++i) {
    const std::size_t shard = placement.choose(1);
    placement.add(shard);
    ++on[shard];
    if (i + 1 == Placement::kStayTogether) {
      EXPECT_EQ(on, (std::vector<std::size_t>{0, 100, 0}));
    }
  }
  // Spread all the same, home ahead of the others by what keeps small rooms together.
  EXPECT_EQ(on[0] + on[1] + on[2], 600u);
  EXPECT_NEAR(static_cast<double>(on[0]), 167, 2);
  EXPECT_NEAR(static_cast<double>(on[1]), 267, 2);
  EXPECT_NEAR(static_cast<double>(on[2]), 167, 2);
}

TEST(placement, who_leaves_makes_room) {
  Placement placement(2);
  for (std::size_t i = 0; i < Placement::kStayTogether; ++i) placement.add(0);
  EXPECT_EQ(placement.choose(0), 1u);
  placement.remove(0);
  EXPECT_EQ(placement.choose(0), 0u);
}

}  // namespace
}  // namespace plenary::server

#include "server/app/media_plane.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace plenary::server::media_plane_test {
namespace {

constexpr TrackId kTrack = io::id_at_home<TrackId>(1, 7);

std::optional<io::ShardEvent> watched(ShardEvents& events, std::size_t shard, bool on) {
  return events.take(shard, io::TrackWatched{.track = kTrack, .watched = on});
}

bool says(const std::optional<io::ShardEvent>& event, bool on) {
  const auto* news = event ? std::get_if<io::TrackWatched>(&*event) : nullptr;
  return news != nullptr && news->watched == on;
}

TEST(media_plane, has_a_thread_for_each_cpu_that_was_named_else_that_may_be_used) {
  EXPECT_EQ(MediaPlane::threads(0, {}, 3).count, 3U);
  EXPECT_EQ(MediaPlane::threads(0, {4, 5}, 8).count, 2U);
  EXPECT_EQ(MediaPlane::threads(6, {4, 5}, 8).count, 6U);
  EXPECT_EQ(MediaPlane::threads(0, {}, 0).count, 1U);
  EXPECT_EQ(MediaPlane::threads(0, {}, 200).count, io::kMaxShards);
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

const Address kEverywhere = Address::v4(0, 0, 0, 0, 8080);
const Address kHere = Address::v4(127, 0, 0, 1, 8080);
const Address kHere6 = *Address::from_text("[::1]:8080");

TEST(host_candidates, are_what_the_operator_says_with_the_port_of_media) {
  const std::vector<Address> said = {*Address::from_ip("203.0.113.7", 0), *Address::from_ip("2001:db8::7", 0)};
  EXPECT_EQ(host_candidates(said, kEverywhere, *Address::from_text("[::]:7000")),
            (std::vector{*Address::from_text("203.0.113.7:7000"), *Address::from_text("[2001:db8::7]:7000")}));
}

TEST(host_candidates, are_the_one_address_that_media_are_served_at) {
  for (const char* text : {"127.0.0.1:7000", "[::1]:7000", "192.0.2.9:7000", "[2001:db8::9]:7000"}) {
    const Address media = *Address::from_text(text);
    for (const Address& http : {kEverywhere, kHere, kHere6}) {
      EXPECT_EQ(host_candidates({}, http, media), std::vector{media}) << text;
    }
  }
}

TEST(host_candidates, are_of_the_ip_versions_that_media_are_served_in) {
  const std::vector<Address> both = host_candidates({}, kHere6, *Address::from_text("[::]:7000"));
  const std::vector<Address> four = host_candidates({}, kHere6, *Address::from_text("0.0.0.0:7000"));
  const Address loopback = Address::v4(127, 0, 0, 1, 7000);
  EXPECT_NE(std::find(both.begin(), both.end(), loopback), both.end());
  EXPECT_NE(std::find(four.begin(), four.end(), loopback), four.end());
  for (const Address& address : four) EXPECT_TRUE(address.is_v4()) << address.text();
  EXPECT_EQ(
      static_cast<std::size_t>(std::count_if(both.begin(), both.end(), [](const Address& a) { return a.is_v4(); })),
      four.size());
}

TEST(placement, a_room_stays_together_until_its_shard_is_much_fuller_than_another) {
  Placement placement(3);
  std::vector<std::size_t> on(3);
  for (int i = 0; i < 600; ++i) {
    const std::size_t shard = placement.choose(1).value();
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

TEST(placement, nobody_is_put_onto_a_shard_that_cannot_keep_up) {
  Placement placement(3);
  placement.add(1);
  placement.set_shed(0, io::Shed::highest_layer);
  EXPECT_EQ(placement.choose(0), 2u);
  EXPECT_EQ(placement.choose(1), 1u) << "the room's own, one more is nothing";
  placement.set_shed(2, io::Shed::pictures);
  EXPECT_EQ(placement.choose(2), 1u);
  placement.set_shed(1, io::Shed::pictures);
  EXPECT_EQ(placement.choose(1), std::nullopt);
  EXPECT_EQ(placement.worst_shed(), io::Shed::pictures);
  placement.set_shed(0, io::Shed::nothing);
  EXPECT_EQ(placement.choose(2), 0u);
}

}  // namespace
}  // namespace plenary::server::media_plane_test

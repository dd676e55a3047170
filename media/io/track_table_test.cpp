#include "media/io/track_table.h"

#include <gtest/gtest.h>

#include <vector>

namespace plenary::io::track_table_test {
namespace {

constexpr FeedId kFeed{1};
constexpr TrackId kPicture{10};
constexpr TrackId kMiddle{11};
constexpr TrackId kLow{12};

class track_table : public ::testing::Test {
 protected:
  void add(TrackId id, TrackId layer_of, std::uint64_t bitrate, Codec codec = Codec::h264) {
    table_.add_feed_track({.track = id,
                           .codec = codec,
                           .feed = kFeed,
                           .feed_track = static_cast<std::uint16_t>(id),
                           .layer_of = layer_of,
                           .bitrate = bitrate},
                          Instant{});
  }
  std::vector<TrackId> layers(TrackId picture) {
    std::vector<TrackId> ids;
    for (const TrackEntry* layer : table_.find(picture)->layers) ids.push_back(layer->id);
    return ids;
  }

  std::vector<TrackId> others(TrackId picture) {
    std::vector<TrackId> ids;
    for (const TrackEntry* other : table_.find(picture)->others) ids.push_back(other->id);
    return ids;
  }

  SeededRandom random_{1};
  Counters counters_;
  std::deque<ShardEvent> events_;
  std::deque<RelayOutput> relays_;
  TrackTable table_{0, random_, counters_, events_, relays_};
};

using Ids = std::vector<TrackId>;

template <class Event>
std::vector<Event> told(const std::deque<ShardEvent>& events) {
  std::vector<Event> found;
  for (const ShardEvent& event : events) {
    if (const auto* one = std::get_if<Event>(&event)) found.push_back(*one);
  }
  return found;
}

TEST_F(track_table, a_picture_knows_its_lower_layers_from_the_best_to_the_least) {
  add(kPicture, kNoTrack, 1'800'000);
  add(kLow, kPicture, 150'000);
  add(kMiddle, kPicture, 600'000);
  EXPECT_EQ(layers(kPicture), (Ids{kMiddle, kLow}));
  EXPECT_EQ(table_.find(kPicture)->bitrate, 1'800'000U);
  EXPECT_TRUE(layers(kMiddle).empty());
}

TEST_F(track_table, layers_may_be_named_before_their_picture) {
  add(kLow, kPicture, 150'000);
  add(kMiddle, kPicture, 600'000);
  add(kPicture, kNoTrack, 0);
  EXPECT_EQ(layers(kPicture), (Ids{kMiddle, kLow}));
}

TEST_F(track_table, a_layer_that_goes_is_forgotten_and_may_come_again) {
  add(kPicture, kNoTrack, 1'800'000);
  add(kMiddle, kPicture, 600'000);
  add(kLow, kPicture, 150'000);
  table_.remove(kMiddle);
  EXPECT_EQ(layers(kPicture), (Ids{kLow}));
  add(kMiddle, kPicture, 600'000);
  EXPECT_EQ(layers(kPicture), (Ids{kMiddle, kLow}));
}

TEST_F(track_table, a_picture_that_comes_again_finds_the_layers_that_stayed) {
  add(kPicture, kNoTrack, 1'800'000);
  add(kLow, kPicture, 150'000);
  EXPECT_TRUE(table_.remove(kPicture)->layers.empty());
  table_.remove(kLow);
  add(kMiddle, kPicture, 600'000);
  add(kPicture, kNoTrack, 1'800'000);
  EXPECT_EQ(layers(kPicture), (Ids{kMiddle}));
}

TEST_F(track_table, naming_a_track_again_changes_its_bitrate_and_its_place) {
  add(kPicture, kNoTrack, 1'800'000);
  add(kMiddle, kPicture, 600'000);
  add(kLow, kPicture, 150'000);
  add(kPicture, kNoTrack, 0);
  EXPECT_EQ(table_.find(kPicture)->bitrate, 0U);
  add(kLow, kPicture, 900'000);
  EXPECT_EQ(layers(kPicture), (Ids{kLow, kMiddle}));
  add(kLow, kNoTrack, 900'000);
  EXPECT_EQ(layers(kPicture), (Ids{kMiddle}));
}

TEST_F(track_table, a_layer_is_watched_by_itself) {
  add(kPicture, kNoTrack, 1'800'000);
  add(kLow, kPicture, 150'000);
  for (const std::size_t wishes : {1, 2, 0}) {
    table_.find(kLow)->wishes = wishes;
    table_.tell(*table_.find(kLow));
  }
  const auto watched = told<TrackWatched>(events_);
  ASSERT_EQ(watched.size(), 2U);
  EXPECT_EQ(watched[0].track, kLow);
  EXPECT_TRUE(watched[0].watched);
  EXPECT_FALSE(watched[1].watched);
}

TEST_F(track_table, a_speakers_picture_knows_the_other_codecs_in_which_the_room_has_it) {
  constexpr TrackId kVp8{21}, kH264{22};
  add(kH264, kPicture, 600'000);
  add(kVp8, kPicture, 600'000, Codec::vp8);
  table_.uplink_track(kPicture, Codec::h264, nullptr, Instant{});
  EXPECT_EQ(others(kPicture), (Ids{kVp8}));
  EXPECT_TRUE(layers(kPicture).empty()) << "the room's H.264 is no layer of theirs";
  table_.uplink_track(kPicture, Codec::vp8, nullptr, Instant{});
  EXPECT_EQ(others(kPicture), (Ids{kH264}));
  EXPECT_TRUE(layers(kPicture).empty());
  table_.remove(kH264);
  EXPECT_TRUE(others(kPicture).empty());
}

TEST_F(track_table, of_other_codecs_the_one_named_first_goes_first) {
  constexpr TrackId kFirst{21}, kSecond{22};
  add(kPicture, kNoTrack, 1'800'000);
  add(kSecond, kPicture, 900'000, Codec::vp8);
  add(kFirst, kPicture, 600'000, Codec::vp8);
  EXPECT_EQ(others(kPicture), (Ids{kFirst, kSecond}));
}

// It tells the control thread that it is watched, and its home asks the room process for the key frame.
TEST_F(track_table, a_layer_whose_home_is_another_shard_is_asked_for_over_there) {
  constexpr TrackId kPictureThere = id_at_home<TrackId>(1, 10);
  constexpr TrackId kLowThere = id_at_home<TrackId>(1, 12);
  add(kPictureThere, kNoTrack, 1'800'000);
  add(kLowThere, kPictureThere, 150'000);
  TrackEntry& low = *table_.find(kLowThere);
  low.wishes = 1;
  low.track->key_frame_requests().want(Instant{});
  table_.handle_timeout(Instant{}, [](TrackEntry&) { ADD_FAILURE() << "no speaker sends it"; });
  ASSERT_EQ(told<TrackWatched>(events_).size(), 1U);
  EXPECT_EQ(told<TrackWatched>(events_)[0].track, kLowThere);
  EXPECT_TRUE(told<KeyFrameWanted>(events_).empty());
  ASSERT_EQ(relays_.size(), 1U);
  EXPECT_EQ(relays_[0].to, ShardSet{1} << 1);
  EXPECT_EQ(std::get<RelayedKeyFrameWish>(*relays_[0].what).track, kLowThere);
}

}  // namespace
}  // namespace plenary::io::track_table_test

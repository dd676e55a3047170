#include "server/app/room_tracks.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plenary::server::room_tracks_test {
namespace {

using nlohmann::json;

constexpr FeedId kFeed{5};

json video(std::uint16_t track, const char* name) {
  return {{"track", track}, {"name", name}, {"codec", "h264"}, {"profile_level_id", "42c01f"}};
}

json with(json entry, const char* key, json value) {
  entry[key] = std::move(value);
  return entry;
}

json three_layers(std::uint16_t first = 1) {
  return json::array({with(video(first, "video"), "bitrate", 1'800'000U),
                      with(with(video(first + 1, "video/middle"), "bitrate", 600'000U), "layer_of", first),
                      with(with(video(first + 2, "video/low"), "bitrate", 150'000U), "layer_of", first),
                      video(first + 3, "slate/video"), video(first + 4, "slate/video/low")});
}

class room_tracks : public ::testing::Test {
 protected:
  void take(const json& list, FeedId feed = kFeed, bool whole = true,
            const std::map<std::uint16_t, TrackId>& speakers = {}) {
    commands_ = tracks_.take(
        list, feed, whole, [this] { return TrackId{++last_}; }, speakers);
  }
  template <class Command>
  std::vector<Command> told() const {
    std::vector<Command> found;
    for (const io::ShardCommand& command : commands_) {
      if (const auto* one = std::get_if<Command>(&command)) found.push_back(*one);
    }
    return found;
  }
  template <class Command>
  std::optional<Command> told_of(const char* name) const {
    for (const Command& command : told<Command>()) {
      if (command.track == id(name)) return command;
    }
    return std::nullopt;
  }
  TrackId id(const char* name) const {
    const RoomTracks::Track* track = tracks_.find(name);
    return track == nullptr ? kNoTrack : track->id;
  }

  RoomTracks tracks_;
  std::uint64_t last_ = 0;
  std::vector<io::ShardCommand> commands_;
};

TEST_F(room_tracks, the_shards_are_told_the_layers_of_a_picture_and_their_bitrates) {
  take(three_layers());
  const auto best = told_of<io::AddFeedTrack>("video");
  ASSERT_TRUE(best);
  EXPECT_EQ(best->layer_of, kNoTrack);
  EXPECT_EQ(best->bitrate, 1'800'000U);
  EXPECT_EQ(best->feed, kFeed);
  EXPECT_EQ(best->feed_track, 1);
  const auto low = told_of<io::AddFeedTrack>("video/low");
  ASSERT_TRUE(low);
  EXPECT_EQ(low->layer_of, best->track);
  EXPECT_EQ(low->bitrate, 150'000U);
  EXPECT_EQ(low->h264_profile_level_id, "42c01f");
  EXPECT_EQ(told<io::AddFeedTrack>().size(), 5U);
}

TEST_F(room_tracks, a_layer_may_be_listed_before_its_picture) {
  take(json::array({with(video(2, "video/low"), "layer_of", 1U), video(1, "video")}));
  EXPECT_EQ(told_of<io::AddFeedTrack>("video/low")->layer_of, id("video"));
}

TEST_F(room_tracks, each_layer_has_the_slate_of_its_size_or_that_of_the_picture) {
  take(three_layers());
  EXPECT_EQ(told_of<io::SetSlate>("video")->slate, id("slate/video"));
  EXPECT_EQ(told_of<io::SetSlate>("video/low")->slate, id("slate/video/low"));
  EXPECT_EQ(told_of<io::SetSlate>("video/middle")->slate, id("slate/video"));
  EXPECT_FALSE(told_of<io::SetSlate>("slate/video/low"));
}

TEST_F(room_tracks, a_layer_of_the_programme_has_the_slate_of_its_size) {
  json list = three_layers();
  list.push_back(video(21, "programme/video"));
  list.push_back(with(video(22, "programme/video/middle"), "layer_of", 21U));
  list.push_back(with(video(23, "programme/video/low"), "layer_of", 21U));
  take(list);
  EXPECT_EQ(told_of<io::SetSlate>("programme/video")->slate, id("slate/video"));
  EXPECT_EQ(told_of<io::SetSlate>("programme/video/low")->slate, id("slate/video/low"));
  EXPECT_EQ(told_of<io::SetSlate>("programme/video/middle")->slate, id("slate/video"));
  EXPECT_EQ(told_of<io::AddFeedTrack>("programme/video/low")->layer_of, id("programme/video"));
}

TEST_F(room_tracks, a_picture_in_vp8_has_the_slate_in_vp8) {
  json list = three_layers();
  list.push_back({{"track", 20U}, {"name", "slate/video/vp8"}, {"codec", "vp8"}});
  list.push_back({{"track", 21U}, {"name", "programme/video/vp8"}, {"codec", "vp8"}});
  take(list);
  EXPECT_EQ(told_of<io::SetSlate>("programme/video/vp8")->slate, id("slate/video/vp8"));
}

TEST_F(room_tracks, the_next_process_goes_on_with_the_same_numbers) {
  take(three_layers());
  const TrackId low = id("video/low");
  take(three_layers(11), FeedId{6});
  EXPECT_EQ(id("video/low"), low);
  EXPECT_TRUE(told<io::AddFeedTrack>().empty()) << "layers and bitrates are as they were";
  const auto source = told_of<io::SetTrackSource>("video/low");
  ASSERT_TRUE(source);
  EXPECT_EQ(source->feed, FeedId{6});
  EXPECT_EQ(source->feed_track, 13);
}

TEST_F(room_tracks, a_picture_that_begins_to_pass_through_has_no_known_bitrate) {
  take(three_layers());
  json list = three_layers();
  list[0].erase("bitrate");
  take(list);
  const auto again = told<io::AddFeedTrack>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].track, id("video"));
  EXPECT_EQ(again[0].bitrate, 0U);
}

TEST_F(room_tracks, a_layer_that_is_no_more_is_removed_once_the_list_is_whole) {
  take(three_layers());
  const TrackId low = id("video/low");
  json list = three_layers();
  list.erase(2);
  take(list, kFeed, false);
  EXPECT_TRUE(told<io::RemoveTrack>().empty());
  take(list);
  ASSERT_EQ(told<io::RemoveTrack>().size(), 1U);
  EXPECT_EQ(told<io::RemoveTrack>()[0].track, low);
  EXPECT_EQ(id("video/low"), kNoTrack);
}

TEST_F(room_tracks, a_track_with_another_codec_is_another_track) {
  take(json::array({video(1, "video")}));
  const TrackId before = id("video");
  take(json::array({with(video(1, "video"), "codec", "vp8")}));
  EXPECT_EQ(told<io::RemoveTrack>()[0].track, before);
  EXPECT_EQ(told_of<io::AddFeedTrack>("video")->codec, Codec::vp8);
  EXPECT_NE(id("video"), before);
}

TEST_F(room_tracks, a_speakers_picture_in_another_codec_is_theirs_and_has_no_slate) {
  const TrackId speaker{900};
  json list = three_layers();
  list.push_back({{"track", 20U}, {"name", "slate/video/vp8"}, {"codec", "vp8"}});
  list.push_back({{"track", 21U}, {"name", "speaker/r-1/video/vp8"}, {"codec", "vp8"}, {"layer_of", 1'001U}});
  list.push_back({{"track", 22U}, {"name", "speaker/r-2/video/h264"}, {"codec", "h264"}, {"layer_of", 1'003U}});
  take(list, kFeed, true, {{1'001, speaker}, {1'003, TrackId{901}}});
  const auto vp8 = told_of<io::AddFeedTrack>("speaker/r-1/video/vp8");
  ASSERT_TRUE(vp8);
  EXPECT_EQ(vp8->layer_of, speaker);
  EXPECT_EQ(vp8->codec, Codec::vp8);
  EXPECT_EQ(told_of<io::AddFeedTrack>("speaker/r-2/video/h264")->layer_of, TrackId{901});
  EXPECT_FALSE(told_of<io::SetSlate>("speaker/r-1/video/vp8"));
  EXPECT_FALSE(told_of<io::SetSlate>("speaker/r-2/video/h264"));
}

TEST_F(room_tracks, speakers_pictures_in_other_codecs_end_with_the_process) {
  json list = three_layers();
  list.push_back({{"track", 21U}, {"name", "speaker/r-1/video/vp8"}, {"codec", "vp8"}, {"layer_of", 1'001U}});
  take(list, kFeed, true, {{1'001, TrackId{900}}});
  const TrackId before = id("speaker/r-1/video/vp8");
  commands_ = tracks_.end_process();
  ASSERT_EQ(told<io::RemoveTrack>().size(), 1U);
  EXPECT_EQ(told<io::RemoveTrack>()[0].track, before);
  EXPECT_NE(id("video"), kNoTrack);
  EXPECT_EQ(id("speaker/r-1/video/vp8"), kNoTrack);
  take(list, FeedId{6}, true, {{1'001, TrackId{900}}});
  EXPECT_NE(id("speaker/r-1/video/vp8"), before) << "whoever watches it has to want it anew";
}

TEST_F(room_tracks, what_makes_no_sense_is_left_out) {
  take(json::array({1, json::object(), with(video(1, "a"), "codec", "av9"), with(video(1, "b"), "track", -1),
                    with(video(1, "c"), "track", 65'536U), video(1, ""), with(video(7, "own"), "layer_of", 7U),
                    with(video(8, "nobodys"), "layer_of", 99U), with(video(9, "odd"), "bitrate", "much")}));
  EXPECT_EQ(tracks_.by_name().size(), 3U);
  EXPECT_EQ(told_of<io::AddFeedTrack>("own")->layer_of, kNoTrack);
  EXPECT_EQ(told_of<io::AddFeedTrack>("nobodys")->layer_of, kNoTrack);
  EXPECT_EQ(told_of<io::AddFeedTrack>("odd")->bitrate, 0U);
  take(json::object());
  EXPECT_TRUE(commands_.empty());
}

TEST_F(room_tracks, a_viewers_decoder_has_to_take_the_highest_level_of_all_layers) {
  EXPECT_EQ(tracks_.h264_profile_level_id(), "42e01f");
  json list = three_layers();
  list[0]["profile_level_id"] = "42e00d";  // a small camera, passed through
  take(list);
  EXPECT_EQ(tracks_.h264_profile_level_id(), "42e01f");
  list.erase(2);
  list.erase(1);
  take(list);
  EXPECT_EQ(tracks_.h264_profile_level_id(), "42e00d");
}

}  // namespace
}  // namespace plenary::server::room_tracks_test

#include "server/app/room_media.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/room_link/fake_room.h"

namespace plenary::server::room_media_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// Lists a picture in two layers when it is configured, and repeats every other command in a fault, which the
// technician's status shows.
constexpr const char* kAnswers = R"(
    if command["command"] == "configure":
        layers = command["layers"]
        send({"report": "ready", "tracks": [
            {"track": 1, "name": "video", "codec": "h264", "bitrate": layers[0]["kbps"] * 1000},
            {"track": 2, "name": "video/low", "codec": "h264", "bitrate": layers[1]["kbps"] * 1000, "layer_of": 1}]})
    elif command["command"] == "speaker.add":
        send({"report": "levels", "speaker_encoders": 2, "dropped": {"speaker_encoders": 3}})
        send({"report": "tracks", "tracks": [{"track": 7, "name": "speaker/r-1/video/vp8",
            "codec": "vp8", "layer_of": command["video_track"]}]})
    elif command["command"] == "end":
        sys.exit(0)
    elif command["command"] == "draw":
        send({"report": "picture", "kind": "room", "id": "still", "jpeg": command["jpeg"]})
    else:
        send({"report": "fault", "code": "heard", "message": text.decode()})
)";

class RoomMediaTest : public testing::Test {
 protected:
  RoomMediaTest() {
    config_.id = "a";
    config_.layers = {{540, 25, 1'200}, {180, 15, 100}};
    auto plane = MediaPlane::start(Address::v4(127, 0, 0, 1, 0), std::nullopt, MediaPlane::Threads{},
                                   crypto::Certificate::generate());
    EXPECT_TRUE(plane.ok());
    plane_ = std::move(plane).value();
    media_.emplace(config_, *plane_, room_.program());
    media_->handle_timeout(now_);
  }

  void read_reports() {
    FakeRoom::wait(media_->descriptor());
    media_->handle_readable(now_);
  }
  // The last command that the process got.
  json heard() {
    read_reports();
    return json::parse(media_->status().at("alarms").at(0).at("text").get<std::string>());
  }

  const Instant now_{1000s};
  const FakeRoom room_{kAnswers};
  RoomConfig config_;
  std::unique_ptr<MediaPlane> plane_;
  std::optional<RoomMedia> media_;
};

TEST_F(RoomMediaTest, the_layers_configured_are_those_that_the_room_process_makes) {
  read_reports();
  EXPECT_NE(media_->track("video"), kNoTrack);
  EXPECT_NE(media_->track("video/low"), kNoTrack);
}

TEST_F(RoomMediaTest, a_layer_is_wanted_from_the_room_process_while_somebody_watches_it) {
  read_reports();
  const TrackId low = media_->track("video/low");
  for (const bool watched : {true, false}) {
    EXPECT_TRUE(media_->handle_track_watched({.track = low, .watched = watched}));
    EXPECT_EQ(heard(), (json{{"command", "want"}, {"track", 2}, {"wanted", watched}}));
  }
  EXPECT_FALSE(media_->handle_track_watched({.track = TrackId{12'345}, .watched = true}));
}

TEST_F(RoomMediaTest, a_key_frame_of_a_layer_is_asked_by_its_number) {
  read_reports();
  ASSERT_TRUE(media_->running_feed());
  EXPECT_TRUE(media_->handle_key_frame_wanted(
      {.track = media_->track("video/low"), .feed = *media_->running_feed(), .feed_track = 2}));
  EXPECT_EQ(heard(), (json{{"command", "key_frame"}, {"track", 2}}));
}

TEST_F(RoomMediaTest, a_still_has_another_tag_when_it_looks_different_and_goes_with_its_process) {
  read_reports();
  EXPECT_EQ(media_->still(), "");
  const auto draw = [this](const std::string& jpeg) {
    media_->command({{"command", "draw"}, {"jpeg", jpeg}});
    read_reports();
    return media_->still_etag();
  };
  const std::string first = draw("Zmlyc3Q=");
  EXPECT_EQ(media_->still(), "first");
  EXPECT_EQ(draw("Zmlyc3Q="), first);
  EXPECT_NE(draw("c2Vjb25k"), first);
  EXPECT_EQ(media_->still(), "second");
  for (const char* useless : {"", "*"}) draw(useless);
  EXPECT_EQ(media_->still(), "second");
  media_->command({{"command", "end"}});
  read_reports();
  media_->handle_timeout(now_);
  EXPECT_EQ(media_->still(), "");
}

TEST_F(RoomMediaTest, a_speakers_picture_in_another_codec_is_wanted_while_somebody_watches_it) {
  read_reports();
  media_->set_speakers({{.request = "r-1", .name = "Amina", .peer = plane_->new_peer(0), .video = Codec::h264}});
  while (media_->track("speaker/r-1/video/vp8") == kNoTrack) read_reports();
  EXPECT_EQ(media_->speaker_encoders(), 2U);
  EXPECT_EQ(
      std::ranges::count(media_->counters(), std::pair<std::string, std::uint64_t>("speaker_encoders_dropped", 3)), 1);
  EXPECT_TRUE(media_->handle_track_watched({.track = media_->track("speaker/r-1/video/vp8"), .watched = true}));
  while (heard() != json{{"command", "want"}, {"track", 7}, {"wanted", true}}) {
  }
}

TEST_F(RoomMediaTest, a_speaker_has_a_picture_while_any_layer_of_it_arrives) {
  read_reports();
  media_->set_speakers({SpeakerMedia{.request = "r-1", .name = "Amina", .peer = PeerId{7}}});
  const TrackId first = media_->track("speaker/r-1/video");
  ASSERT_NE(first, kNoTrack);
  const TrackId second{static_cast<std::uint64_t>(first) + 1};  // numbers are given in a row
  const auto live = [&](TrackId track, bool is) {
    EXPECT_TRUE(media_->handle_track_live({.track = track, .live = is}));
  };
  EXPECT_FALSE(media_->speaker_has_picture("r-1"));
  live(second, true);
  EXPECT_TRUE(media_->speaker_has_picture("r-1"));
  live(first, true);
  live(second, false);
  EXPECT_TRUE(media_->speaker_has_picture("r-1"));
  live(first, false);
  EXPECT_FALSE(media_->speaker_has_picture("r-1"));
}

}  // namespace
}  // namespace plenary::server::room_media_test

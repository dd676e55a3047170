#include "media/room/command.h"

#include <gtest/gtest.h>

namespace plenary::room::command_test {
namespace {

template <class T>
T read(std::string_view message) {
  Result<Command> command = parse_command(message);
  EXPECT_TRUE(command.ok()) << message;
  return command.ok() ? std::get<T>(command.value()) : T{};
}

std::string code_of(std::string_view message) {
  const Result<Command> command = parse_command(message);
  return command.ok() ? "" : command.error().code;
}

TEST(Command, configure_carries_sources_with_their_channels) {
  const auto configure = read<Configure>(R"({"command":"configure","room":"a","title":"Room A","languages":["en","fr"],
    "mix":"server","slate":null,"sources":[{"id":"main","url":"srt://0.0.0.0:9001?mode=listener","kind":"room",
    "audio":{"floor":0,"en":"2.L","fr":"2.R"},"delay_ms":40}],"returns":[{"id":"wall","url":"screen:"}]})");
  EXPECT_EQ(configure.title, "Room A");
  EXPECT_EQ(configure.mix, Mix::server);
  EXPECT_FALSE(configure.slate);
  ASSERT_EQ(configure.sources.size(), 1U);
  EXPECT_EQ(configure.sources[0].audio.at("floor").track, 0);
  EXPECT_EQ(configure.sources[0].audio.at("en").side, Side::left);
  EXPECT_EQ(configure.sources[0].audio.at("fr").side, Side::right);
  EXPECT_EQ(configure.sources[0].delay_ms, 40);
  ASSERT_EQ(configure.returns.size(), 1U);
}

TEST(Command, a_picture_has_three_layers_unless_it_is_told) {
  EXPECT_EQ(read<Configure>(R"({"command":"configure","room":"a"})").layers,
            std::vector<VideoFormat>(kRoomLayers.begin(), kRoomLayers.end()));
  const auto told = read<Configure>(R"({"command":"configure","room":"a","layers":[
    {"height":540,"fps":25,"kbps":1200},{"height":180,"fps":15,"kbps":100}]})");
  EXPECT_EQ(told.layers, (std::vector<VideoFormat>{{540, 25, 1'200}, {180, 15, 100}}));
  EXPECT_EQ(told.layers[0].width(), 960);
  EXPECT_EQ(told.layers[1].bitrate(), 100'000U);
}

TEST(Command, speakers_are_added_aired_and_removed) {
  const auto add = read<SpeakerAdd>(
      R"({"command":"speaker.add","speaker":"s","audio_track":7,"video_track":8,"video_codec":"vp8"})");
  EXPECT_EQ(add.audio_track, 7);
  EXPECT_EQ(add.video_codec, Codec::vp8);
  EXPECT_TRUE(add.video_codec_known);
  EXPECT_FALSE(
      read<SpeakerAdd>(R"({"command":"speaker.add","speaker":"s","audio_track":7,"video_track":8})").video_codec_known);
  const auto add_with = [](const std::string& codec) {
    return R"({"command":"speaker.add","speaker":"s","video_track":8,"video_codec":")" + codec + "\"}";
  };
  EXPECT_EQ(read<SpeakerAdd>(add_with("vp9")).video_codec, Codec::vp9);
  EXPECT_EQ(read<SpeakerAdd>(add_with("av1")).video_codec, Codec::av1);
  for (const char* codec : {"opus", "h265"}) EXPECT_EQ(code_of(add_with(codec)), "bad_field");
  EXPECT_TRUE(read<SpeakerAir>(R"({"command":"speaker.air","speaker":"s","on":true})").on);
  EXPECT_EQ(read<SpeakerRemove>(R"({"command":"speaker.remove","speaker":"s"})").speaker, "s");
}

TEST(Command, a_device_check_has_sound_and_nothing_else) {
  const auto add = read<CheckAdd>(R"({"command":"check.add","check":"c-1","audio_track":60100})");
  EXPECT_EQ(add.check, "c-1");
  EXPECT_EQ(add.audio_track, 60'100);
  EXPECT_EQ(read<CheckRemove>(R"({"command":"check.remove","check":"c-1"})").check, "c-1");
  EXPECT_EQ(code_of(R"({"command":"check.add","check":"c-1"})"), "bad_field");
}

TEST(Command, a_speaker_may_have_sound_only) {
  const auto add = read<SpeakerAdd>(R"({"command":"speaker.add","speaker":"s","audio_track":7,"video_track":null})");
  EXPECT_FALSE(add.video_track);
}

TEST(Command, bad_messages_say_what_is_wrong_with_them) {
  EXPECT_EQ(code_of("nonsense"), "json");
  EXPECT_EQ(code_of("[]"), "json");
  EXPECT_EQ(code_of(R"({"command":"dance"})"), "unknown_command");
  EXPECT_EQ(code_of(R"({})"), "bad_field");
  EXPECT_EQ(code_of(R"({"command":"key_frame","track":-1})"), "bad_field");
  EXPECT_EQ(code_of(R"({"command":"key_frame","track":65536})"), "bad_field");
  EXPECT_EQ(code_of(R"({"command":"want","track":1,"wanted":"yes"})"), "bad_field");
  EXPECT_EQ(code_of(R"({"command":"configure","room":"a","mix":"both"})"), "bad_field");
  EXPECT_EQ(code_of(R"({"command":"configure","room":"a","sources":[{"id":"x","url":"test:","audio":{"en":"1.M"}}]})"),
            "bad_field");
}

TEST(Command, a_layer_that_cannot_be_encoded_is_refused) {
  const auto with = [](const std::string& layers) {
    return code_of(R"({"command":"configure","room":"a","layers":)" + layers + "}");
  };
  EXPECT_EQ(with("[]"), "");  // the default
  EXPECT_EQ(with(R"([{"height":720,"fps":30,"kbps":1800}])"), "");
  EXPECT_EQ(with(R"([{"height":722,"fps":30,"kbps":1800}])"), "bad_field");
  EXPECT_EQ(with(R"([{"height":480,"fps":30,"kbps":1800}])"), "bad_field");
  EXPECT_EQ(with(R"([{"height":720,"fps":4,"kbps":1800}])"), "bad_field");
  EXPECT_EQ(with(R"([{"height":720,"fps":30}])"), "bad_field");
  EXPECT_EQ(with(R"([720])"), "bad_field");
  const std::string one = R"({"height":180,"fps":15,"kbps":150})";
  EXPECT_EQ(with("[" + one + "," + one + "," + one + "," + one + "]"), "bad_field");
}

TEST(SoundPick, names_a_track_or_one_side_of_it) {
  EXPECT_EQ(parse_sound_pick("2")->side, Side::both);
  EXPECT_EQ(parse_sound_pick("2.L")->track, 2);
  EXPECT_EQ(parse_sound_pick("12.R")->side, Side::right);
  for (const char* wrong : {"", ".L", "2.", "2.l", "2.LR", "-1", "99", "2 "}) EXPECT_FALSE(parse_sound_pick(wrong));
}

}  // namespace
}  // namespace plenary::room::command_test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/sdp/sdp_parse.h"
#include "media/sdp/test_offers.h"

namespace plenary::sdp::speaker_answer_test {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string sending(const std::string& offer) { return replaced(offer, "a=recvonly", "a=sendonly"); }
std::vector<std::string> codecs(const Result<Negotiated, Refusal>& result, std::size_t section = 0) {
  std::vector<std::string> names;
  for (const CodecChoice& codec : result->media[section].codecs) {
    names.push_back(codec.codec == Codec::h264 ? codec.profile_level_id : std::string(codec_name(codec.codec)));
  }
  return names;
}
std::string video(const std::vector<std::string>& profiles, bool vp8) {
  std::string types;
  std::string lines;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    const std::string type = std::to_string(100 + i);
    types += " " + type;
    lines += "a=rtpmap:" + type + " H264/90000\na=fmtp:" + type +
             " packetization-mode=1;level-asymmetry-allowed=1;profile-level-id=" + profiles[i] + "\n";
  }
  if (vp8) {
    types += " 120";
    lines += "a=rtpmap:120 VP8/90000\n";
  }
  return session("v") + "m=video 9 UDP/TLS/RTP/SAVPF" + types + "\na=mid:v\na=sendonly\na=rtcp-mux\n" + lines;
}

TEST(SpeakerAnswer, every_recorded_offer_is_accepted_recvonly_without_sources_of_ours) {
  for (const std::string& name : kSpeakerOffers) {
    const auto result = speaker(recorded_offer(name));
    ASSERT_EQ(verdict(result), "200") << name;
    const auto said = parse_sdp(result->answer);
    ASSERT_TRUE(said) << name;
    EXPECT_TRUE(said->ice_lite);
    for (const Section& section : said->sections) {
      EXPECT_EQ(section.direction, Direction::recvonly) << name;
      EXPECT_EQ(section.transport.setup, result->dtls_active ? Setup::active : Setup::passive) << name;
      EXPECT_EQ(result->dtls_active, name == "ffmpeg_speaker");
      EXPECT_TRUE(section.ssrcs.empty()) << name;
      EXPECT_EQ(section.rids.empty(), name != "chromium_speaker_simulcast" || section.kind == "audio") << name;
    }
    EXPECT_THAT(result->answer, Not(HasSubstr("a=msid:")));
  }
}

TEST(SpeakerAnswer, constrained_baseline_comes_before_vp8_and_replaces_other_h264) {
  EXPECT_THAT(codecs(speaker(recorded_offer("chromium_speaker")), 1), ElementsAre("42e01f", "vp8"));
  EXPECT_THAT(codecs(speaker(video({"42001f", "42e01f", "4d001f", "64001f"}, true))), ElementsAre("42e01f", "vp8"));
  EXPECT_THAT(codecs(speaker(video({"42001f", "4d001f"}, true))), ElementsAre("42001f", "vp8"));
}

TEST(SpeakerAnswer, vp8_comes_before_h264_that_not_every_viewer_decodes) {
  EXPECT_THAT(codecs(speaker(video({"4d001f", "64001f"}, true))), ElementsAre("vp8"));
  EXPECT_THAT(codecs(speaker(video({"64001f", "4d001f"}, false))), ElementsAre("4d001f"));
  EXPECT_THAT(codecs(speaker(video({"64001f"}, false))), ElementsAre("64001f"));
}

TEST(SpeakerAnswer, vp8_alone_is_enough) {
  EXPECT_THAT(codecs(speaker(recorded_offer("firefox_speaker_without_h264")), 1), ElementsAre("vp8"));
  EXPECT_EQ(verdict(speaker(video({}, true))), "200");
  EXPECT_EQ(verdict(speaker(replaced(video({}, true), "VP8", "H265"))), "406 no_video_codec");
}

// Formats as "96 VP9/90000 profile-id=0"; the last may be left out.
std::string video_of(const std::vector<std::string>& formats) {
  std::string types;
  std::string lines;
  for (const std::string& format : formats) {
    const std::string type = format.substr(0, format.find(' '));
    const std::string rest = format.substr(type.size() + 1);
    const std::size_t space = rest.find(' ');
    types += " " + type;
    lines += "a=rtpmap:" + type + " " + rest.substr(0, space) + "\n";
    if (space != std::string::npos) lines += "a=fmtp:" + type + rest.substr(space) + "\n";
  }
  return session("v") + "m=video 9 UDP/TLS/RTP/SAVPF" + types + "\na=mid:v\na=sendonly\na=rtcp-mux\n" + lines;
}

TEST(SpeakerAnswer, vp9_and_av1_are_taken_from_those_who_have_nothing_else_one_of_them_as_offered) {
  const auto vp9 = speaker(video_of({"98 VP9/90000 profile-id=0", "99 rtx/90000 apt=98", "45 AV1/90000"}));
  EXPECT_THAT(codecs(vp9), ElementsAre("vp9"));
  EXPECT_EQ(vp9->media[0].codecs[0].rtx_payload_type, 99);
  EXPECT_THAT(vp9->answer, HasSubstr("UDP/TLS/RTP/SAVPF 98 99\r\n"));
  EXPECT_THAT(vp9->answer, HasSubstr("a=rtpmap:98 VP9/90000\r\na=fmtp:98 profile-id=0\r\n"));
  const auto av1 = speaker(video_of({"45 AV1/90000 tier=0;level-idx=8;profile=0;other=1", "98 VP9/90000"}));
  EXPECT_THAT(codecs(av1), ElementsAre("av1"));
  EXPECT_THAT(av1->answer, HasSubstr("a=fmtp:45 profile=0;level-idx=8;tier=0\r\n"));
  EXPECT_THAT(codecs(speaker(video_of({"96 av1/90000"}))), ElementsAre("av1")) << "no parameter means profile 0";
}

TEST(SpeakerAnswer, vp9_and_av1_come_after_all_that_the_room_encodes_itself) {
  const std::string before = "98 VP9/90000";
  EXPECT_THAT(codecs(speaker(video_of({before, "45 AV1/90000", "96 VP8/90000"}))), ElementsAre("vp8"));
  EXPECT_THAT(codecs(speaker(video_of({before, "97 H264/90000 packetization-mode=1;profile-level-id=64001f"}))),
              ElementsAre("64001f"));
}

TEST(SpeakerAnswer, profiles_that_not_every_decoder_has_are_not_taken) {
  EXPECT_EQ(verdict(speaker(video_of({"98 VP9/90000 profile-id=2", "45 AV1/90000 profile=1"}))), "406 no_video_codec");
  EXPECT_THAT(codecs(speaker(video_of({"98 VP9/90000 profile-id=2", "45 AV1/90000"}))), ElementsAre("av1"));
}

TEST(SpeakerAnswer, the_dependency_descriptor_is_taken_of_av1_where_both_forms_may_be_mixed) {
  const std::string map =
      "a=extmap:12 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
  const std::string mixed = "a=extmap-allow-mixed";
  const std::string av1 = video_of({"45 AV1/90000"}) + map + "\n";
  const auto in_section = speaker(av1 + mixed + "\n");
  EXPECT_EQ(in_section->media[0].extensions.dependency_descriptor, 12);
  EXPECT_THAT(in_section->answer, HasSubstr(map + "\r\na=extmap-allow-mixed\r\na=recvonly"));
  const auto in_session = speaker(replaced(av1, "a=group", mixed + "\na=group"));
  EXPECT_EQ(in_session->media[0].extensions.dependency_descriptor, 12);
  EXPECT_THAT(lines_starting(in_session->answer, mixed), ElementsAre(mixed));
  EXPECT_LT(in_session->answer.find(mixed), in_session->answer.find("m=video"));

  const auto short_form_alone = speaker(av1);
  EXPECT_EQ(short_form_alone->media[0].extensions.dependency_descriptor, 0);
  EXPECT_THAT(short_form_alone->answer, Not(HasSubstr("dependency")));
  const auto vp9 = speaker(video_of({"98 VP9/90000"}) + map + "\n" + mixed + "\n");
  EXPECT_EQ(vp9->media[0].extensions.dependency_descriptor, 0);
  EXPECT_THAT(vp9->answer, Not(HasSubstr(mixed)));
}

TEST(SpeakerAnswer, announced_sources_are_passed_on) {
  const auto chromium = speaker(recorded_offer("chromium_speaker"));
  ASSERT_EQ(chromium->media[0].remote_ssrcs.size(), 1U);
  EXPECT_EQ(chromium->media[1].remote_ssrcs.size(), 2U) << "media and RTX";
  EXPECT_EQ(chromium->media[0].ssrc, 0U);
  EXPECT_TRUE(speaker(recorded_offer("chromium_speaker_simulcast"))->media[1].remote_ssrcs.empty());
}

std::string layered(const std::string& lines) {
  return video({"42e01f"}, true) + "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\n" + lines;
}

TEST(SpeakerAnswer, simulcast_is_answered_with_the_rids_of_the_offer) {
  const auto result = speaker(recorded_offer("chromium_speaker_simulcast"));
  EXPECT_THAT(result->media[1].layers, ElementsAre("h", "m", "l"));
  EXPECT_TRUE(result->media[0].layers.empty());
  EXPECT_NE(result->media[1].extensions.rid, 0);
  EXPECT_NE(result->media[1].extensions.repaired_rid, 0);
  EXPECT_THAT(lines_starting(result->answer, "a=rid:"), ElementsAre("a=rid:h recv", "a=rid:m recv", "a=rid:l recv"));
  EXPECT_THAT(result->answer, HasSubstr("a=simulcast:recv h;m;l\r\n"));
  EXPECT_TRUE(speaker(recorded_offer("chromium_speaker"))->media[1].layers.empty());
}

TEST(SpeakerAnswer, of_a_simulcast_only_what_can_be_told_apart_is_taken) {
  const auto layers = [](const std::string& lines) { return speaker(layered(lines))->media[0].layers; };
  EXPECT_THAT(layers("a=rid:1 send\na=rid:2 send\na=simulcast:send 1,3;~2 recv 4\n"), ElementsAre("1", "2"));
  EXPECT_THAT(layers("a=rid:1 send\na=rid:2 recv\na=simulcast:send 1;2;3;1\n"), ElementsAre("1"));
  EXPECT_THAT(layers("a=rid:a-b send\na=rid:c_d send\na=simulcast:send a-b;c_d\n"), ElementsAre());
  EXPECT_THAT(layers("a=rid:12345678901234567 send\na=simulcast:send 12345678901234567\n"), ElementsAre());
  EXPECT_THAT(layers("a=rid:1 send\na=rid:2 send\na=simulcast:recv 1;2\n"), ElementsAre());
  EXPECT_THAT(layers("a=rid:1 send\na=rid:2 send\n"), ElementsAre());
  const std::string without_extension = "a=rid:1 send\na=rid:2 send\na=simulcast:send 1;2\n";
  const auto single = speaker(video({"42e01f"}, true) + without_extension);
  EXPECT_TRUE(single->media[0].layers.empty());
  EXPECT_THAT(single->answer, Not(HasSubstr("a=rid")));
}

TEST(SpeakerAnswer, more_layers_than_viewers_choose_from_are_left_out_and_told) {
  const auto answer_to = [](std::size_t count) {
    std::string lines;
    std::string streams;
    for (std::size_t i = 0; i < count; ++i) {
      lines += "a=rid:" + std::to_string(i) + " send\n";
      streams += (i == 0 ? "" : ";") + std::to_string(i);
    }
    // A name twice is no layer more.
    return speaker(layered(lines + "a=simulcast:send " + streams + ";0\n"));
  };
  EXPECT_EQ(answer_to(kMaxSpeakerLayers)->media[0].layers_left_out, 0u);
  const auto result = answer_to(kMaxSpeakerLayers + 2);
  EXPECT_EQ(result->media[0].layers.size(), kMaxSpeakerLayers);
  EXPECT_EQ(result->media[0].layers_left_out, 2u);
  EXPECT_THAT(lines_starting(result->answer, "a=rid:"), ::testing::SizeIs(kMaxSpeakerLayers));
}

TEST(SpeakerAnswer, repair_and_feedback_are_answered_as_offered) {
  const auto result = speaker(recorded_offer("chromium_speaker"));
  const CodecChoice& h264 = result->media[1].codecs[0];
  EXPECT_EQ(h264.payload_type, 108);
  EXPECT_EQ(h264.rtx_payload_type, 109);
  EXPECT_TRUE(h264.nack && h264.pli && h264.fir && h264.remb && h264.transport_cc);
  EXPECT_THAT(result->answer, HasSubstr("m=video 7000 UDP/TLS/RTP/SAVPF 108 109 96 97\r\n"));
  EXPECT_THAT(result->answer, HasSubstr("a=rtcp-fb:108 nack pli\r\n"));
  EXPECT_THAT(result->answer, HasSubstr("a=fmtp:109 apt=108\r\n"));
}

TEST(SpeakerAnswer, one_audio_and_one_video_at_most) {
  const std::string second = replaced(kAudio, "mid:a", "mid:b");
  EXPECT_EQ(verdict(speaker(sending(session("a b") + kAudio + second))), "422 too_many_tracks");
  EXPECT_EQ(verdict(speaker(sending(session("v w") + kVideo + replaced(kVideo, "mid:v", "mid:w")))),
            "422 too_many_tracks");
  EXPECT_EQ(verdict(speaker(sending(session("a") + kAudio))), "200");
  EXPECT_EQ(verdict(speaker(sending(session("v") + kVideo))), "200");
}

TEST(SpeakerAnswer, the_offer_must_send) {
  EXPECT_EQ(verdict(speaker(sending(small_offer()))), "200");
  EXPECT_EQ(verdict(speaker(replaced(small_offer(), "a=recvonly", "a=sendrecv"))), "200");
  EXPECT_EQ(verdict(speaker(without(small_offer(), "a=recvonly"))), "200") << "sendrecv is what nothing means";
  EXPECT_EQ(verdict(speaker(small_offer())), "422 direction");
  EXPECT_EQ(verdict(speaker(replaced(small_offer(), "a=recvonly", "a=inactive"))), "422 direction");
}

TEST(SpeakerAnswer, a_passive_peer_is_served_only_where_we_may_open_dtls) {
  const std::string offer = recorded_offer("ffmpeg_speaker");
  LocalParameters local = local_parameters();
  local.may_open_dtls = false;
  EXPECT_EQ(verdict(speaker(offer, local)), "422 setup");
  local.may_open_dtls = true;
  const auto result = speaker(offer, local);
  ASSERT_EQ(verdict(result), "200");
  EXPECT_TRUE(result->dtls_active);
  EXPECT_THAT(lines_starting(result->answer, "a=setup:"), ElementsAre("a=setup:active", "a=setup:active"));
  EXPECT_FALSE(speaker(recorded_offer("obs_speaker"), local)->dtls_active) << "passive to all who can be active";
}

}  // namespace
}  // namespace plenary::sdp::speaker_answer_test

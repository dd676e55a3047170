#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "media/sdp/sdp_parse.h"
#include "media/sdp/test_offers.h"

namespace plenary::sdp::viewer_answer_test {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string answer_to(const std::string& offer, const LocalParameters& local = local_parameters()) {
  const auto result = viewer(offer, local);
  EXPECT_EQ(verdict(result), "200");
  return result ? result->answer : "";
}
std::string video_with(const std::string& formats, const std::string& lines) {
  return session("v") + "m=video 9 UDP/TLS/RTP/SAVPF " + formats + "\na=mid:v\na=recvonly\na=rtcp-mux\n" + lines;
}
std::string h264(int type, const std::string& parameters) {
  const std::string number = std::to_string(type);
  return "a=rtpmap:" + number + " H264/90000\n" +
         (parameters.empty() ? "" : "a=fmtp:" + number + " " + parameters + "\n");
}

TEST(ViewerAnswer, every_recorded_offer_is_accepted_and_answered_section_by_section) {
  for (const std::string& name : kViewerOffers) {
    const std::string offer = recorded_offer(name);
    const auto result = viewer(offer);
    ASSERT_EQ(verdict(result), "200") << name;
    const auto asked = parse_sdp(offer);
    const auto said = parse_sdp(result->answer);
    ASSERT_TRUE(said) << name;
    ASSERT_EQ(said->sections.size(), asked->sections.size()) << name;
    EXPECT_EQ(said->bundle, asked->bundle) << name;
    EXPECT_TRUE(said->ice_lite);
    for (std::size_t i = 0; i < said->sections.size(); ++i) {
      const Section& section = said->sections[i];
      EXPECT_EQ(section.mid, asked->sections[i].mid);
      EXPECT_EQ(section.kind, asked->sections[i].kind);
      EXPECT_EQ(section.protocol, asked->sections[i].protocol);
      EXPECT_EQ(section.direction, Direction::sendonly);
      EXPECT_EQ(section.transport.setup, Setup::passive);
      EXPECT_TRUE(section.rtcp_mux);
      EXPECT_NE(section.port, 0);
      EXPECT_FALSE(section.formats.empty());
      for (const Format& format : section.formats) {
        const auto offered = std::ranges::find(asked->sections[i].formats, format.payload_type, &Format::payload_type);
        ASSERT_NE(offered, asked->sections[i].formats.end()) << name << " never offered " << int{format.payload_type};
        EXPECT_TRUE(std::ranges::equal(format.encoding, offered->encoding,
                                       [](char a, char b) { return std::tolower(a) == std::tolower(b); }));
      }
      EXPECT_EQ(result->media[i].codecs.front().codec, section.kind == "audio" ? Codec::opus : Codec::h264);
      EXPECT_NE(result->media[i].ssrc, 0U);
    }
  }
}

TEST(ViewerAnswer, lines_end_with_cr_lf_and_lite_stands_at_the_session_only) {
  const std::string answer = answer_to(small_offer());
  EXPECT_EQ(std::ranges::count(answer, '\n'), std::ranges::count(answer, '\r'));
  EXPECT_TRUE(answer.ends_with("\r\n"));
  EXPECT_EQ(lines_starting(answer, "a=ice-lite").size(), 1U);
  EXPECT_LT(answer.find("a=ice-lite"), answer.find("m="));
}

TEST(ViewerAnswer, all_candidates_stand_in_the_first_section_best_first) {
  const std::string answer = answer_to(small_offer());
  EXPECT_THAT(lines_starting(answer, "a=candidate:"),
              ElementsAre("a=candidate:1 1 udp 2130706431 192.0.2.1 7000 typ host",
                          "a=candidate:2 1 udp 2130706175 2001:db8::1 7000 typ host",
                          "a=candidate:1 1 udp 2130705919 192.0.2.1 7001 typ host"));
  EXPECT_EQ(lines_starting(answer, "a=end-of-candidates").size(), 1U);
  EXPECT_LT(answer.find("a=end-of-candidates"), answer.find("m=video"));
  EXPECT_THAT(lines_starting(answer, "c="), ElementsAre("c=IN IP4 192.0.2.1", "c=IN IP4 192.0.2.1"));
}

TEST(ViewerAnswer, candidates_over_tcp_are_passive_and_come_after_all_others) {
  LocalParameters local = local_parameters();
  local.candidates.resize(1);
  local.tcp_candidates = {*Address::from_text("192.0.2.1:7443"), *Address::from_text("[2001:db8::1]:7443")};
  // RFC 6544 §4.2: 90 for the type, 4 of 7 for the direction.
  EXPECT_THAT(lines_starting(answer_to(small_offer(), local), "a=candidate:"),
              ElementsAre("a=candidate:1 1 udp 2130706431 192.0.2.1 7000 typ host",
                          "a=candidate:2 1 tcp 1520435199 192.0.2.1 7443 typ host tcptype passive",
                          "a=candidate:3 1 tcp 1520434943 2001:db8::1 7443 typ host tcptype passive"));
}

TEST(ViewerAnswer, the_section_that_the_bundle_names_first_carries_the_transport) {
  const std::string offer = replaced(small_offer(), "BUNDLE a v", "BUNDLE v a") + "a=ice-ufrag:fromvideo\n";
  const auto result = viewer(offer);
  ASSERT_EQ(verdict(result), "200");
  EXPECT_EQ(result->remote_ice.ufrag, "fromvideo");
  EXPECT_THAT(result->answer, HasSubstr("a=group:BUNDLE v a\r\n"));
  EXPECT_GT(result->answer.find("a=candidate:"), result->answer.find("m=video"));
  EXPECT_LT(result->answer.find("m=audio"), result->answer.find("m=video")) << "the order of media lines stays";
}

TEST(ViewerAnswer, without_candidates_the_default_is_the_discard_port) {
  LocalParameters local = local_parameters();
  local.candidates.clear();
  EXPECT_THAT(answer_to(small_offer(), local), HasSubstr("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n"));
  local.candidates = {*Address::from_text("[2001:db8::1]:7000")};
  EXPECT_THAT(answer_to(small_offer(), local), HasSubstr("c=IN IP6 2001:db8::1\r\n"));
}

TEST(ViewerAnswer, slot_pairs_share_msid_stream_and_cname_and_no_ssrc_is_given_twice) {
  const auto result = viewer(recorded_offer("chromium_viewer_page"));
  ASSERT_TRUE(result);
  std::set<std::uint32_t> ssrcs;
  std::vector<std::string> streams;
  for (const std::string& line : lines_starting(result->answer, "a=msid:"))
    streams.push_back(line.substr(7, line.find(' ') - 7));
  EXPECT_THAT(streams, ElementsAre("room-1", "room-2", "room-1", "room-2", "room-3", "room-4"));
  std::size_t given = 0;
  for (const NegotiatedMedia& media : result->media) {
    ssrcs.insert(media.ssrc);
    ++given;
    const std::string ssrc = std::to_string(media.ssrc);
    EXPECT_THAT(result->answer, HasSubstr("a=ssrc:" + ssrc + " cname:room-"));
    if (media.kind == MediaKind::audio) {
      EXPECT_EQ(media.rtx_ssrc, 0U);
      continue;
    }
    ssrcs.insert(media.rtx_ssrc);
    ++given;
    EXPECT_THAT(result->answer, HasSubstr("a=ssrc-group:FID " + ssrc + " " + std::to_string(media.rtx_ssrc) + "\r\n"));
  }
  EXPECT_EQ(ssrcs.size(), given);
  EXPECT_FALSE(ssrcs.contains(0));
}

TEST(ViewerAnswer, the_exact_profile_comes_first_and_all_that_can_decode_it_stay) {
  const auto result = viewer(recorded_offer("chromium_viewer"));
  ASSERT_TRUE(result);
  const auto& codecs = result->media[1].codecs;
  EXPECT_EQ(codecs.front().profile_level_id, "42e01f");
  std::vector<std::string> profiles;
  for (const CodecChoice& codec : codecs) profiles.push_back(codec.profile_level_id);
  EXPECT_THAT(profiles, ::testing::Contains("42001f"));
  EXPECT_THAT(profiles, ::testing::Contains("4d001f"));
  std::vector<Codec> others;
  for (const CodecChoice& codec : codecs) {
    if (codec.codec != Codec::h264) others.push_back(codec.codec);
  }
  EXPECT_THAT(others, ElementsAre(Codec::vp8, Codec::vp9, Codec::av1)) << "of VP9 and AV1 profile 0 alone";
  for (const CodecChoice& codec : codecs) {
    EXPECT_TRUE(codec.rtx_payload_type) << int{codec.payload_type};
    EXPECT_TRUE(codec.nack && codec.pli && codec.fir && codec.remb && codec.transport_cc);
  }
}

TEST(ViewerAnswer, vp9_and_av1_alone_are_not_enough_since_the_room_encodes_neither) {
  const std::string both = "a=rtpmap:98 VP9/90000\na=rtpmap:45 AV1/90000\n";
  EXPECT_EQ(verdict(viewer(video_with("98 45", both))), "406 no_video_codec");
  const auto beside = viewer(video_with("98 45 96", both + "a=rtpmap:96 VP8/90000\n"));
  ASSERT_EQ(verdict(beside), "200");
  EXPECT_THAT(beside->answer, HasSubstr("UDP/TLS/RTP/SAVPF 96 98 45\r\n"));
}

TEST(ViewerAnswer, packetization_mode_0_is_never_answered) {
  const std::string offer = video_with("97 98", h264(97, "packetization-mode=0;profile-level-id=42e01f") +
                                                    h264(98, "packetization-mode=1;profile-level-id=42e01f"));
  const auto result = viewer(offer);
  ASSERT_EQ(verdict(result), "200");
  ASSERT_EQ(result->media[0].codecs.size(), 1U);
  EXPECT_EQ(result->media[0].codecs[0].payload_type, 98);
  EXPECT_EQ(verdict(viewer(video_with("97", h264(97, "packetization-mode=0;profile-level-id=42e01f")))),
            "406 no_video_codec");
}

TEST(ViewerAnswer, a_receiver_that_names_no_mode_gets_mode_1_only_where_nobody_names_it) {
  const auto gstreamer = viewer(video_with("97", h264(97, "")));
  ASSERT_EQ(verdict(gstreamer), "200");
  EXPECT_THAT(gstreamer->answer, HasSubstr("a=fmtp:97 packetization-mode=1;profile-level-id=42e01f\r\n"));
  const auto firefox = viewer(recorded_offer("firefox_viewer"));
  for (const CodecChoice& codec : firefox->media[1].codecs) EXPECT_NE(codec.payload_type, 97) << "that is mode 0";
}

TEST(ViewerAnswer, the_level_is_ours_with_asymmetry_and_the_lower_one_without) {
  const auto answered = [](const std::string& parameters) {
    const auto result = viewer(video_with("97", h264(97, "packetization-mode=1;" + parameters)));
    return result ? result->media[0].codecs[0].profile_level_id : verdict(result);
  };
  EXPECT_EQ(answered("profile-level-id=42E02A;level-asymmetry-allowed=1"), "42e01f");
  EXPECT_EQ(answered("profile-level-id=42e02a"), "42e01f");
  EXPECT_EQ(answered("profile-level-id=42c015"), "42c015");
  EXPECT_EQ(answered("profile-level-id=42c015;level-asymmetry-allowed=1"), "42c01f");
  EXPECT_EQ(answered("profile-level-id=nonsense"), "406 no_video_codec");
}

TEST(ViewerAnswer, a_room_that_sends_high_profile_is_answered_to_those_who_decode_it) {
  LocalParameters local = local_parameters();
  local.h264_profile_level_id = "64001f";
  const std::string both = video_with("97 98 99", h264(97, "packetization-mode=1;profile-level-id=42e01f") +
                                                      h264(98, "packetization-mode=1;profile-level-id=4d001f") +
                                                      h264(99, "packetization-mode=1;profile-level-id=64001f"));
  const auto result = viewer(both, local);
  ASSERT_EQ(verdict(result), "200");
  ASSERT_EQ(result->media[0].codecs.size(), 1U);
  EXPECT_EQ(result->media[0].codecs[0].payload_type, 99);
  local.h264_profile_level_id = "4d001f";
  const auto main = viewer(both, local);
  ASSERT_EQ(main->media[0].codecs.size(), 2U);
  EXPECT_EQ(main->media[0].codecs[0].payload_type, 98) << "the exact one first";
  EXPECT_EQ(main->media[0].codecs[1].payload_type, 99);
  const auto baseline_only = viewer(small_offer(), local);
  ASSERT_EQ(verdict(baseline_only), "200");
  EXPECT_EQ(baseline_only->media[1].codecs[0].codec, Codec::vp8);
}

TEST(ViewerAnswer, types_with_enough_level_are_preferred_to_those_without) {
  LocalParameters local = local_parameters();
  local.h264_profile_level_id = "42e028";
  const std::string offer = video_with("97 98", h264(97, "packetization-mode=1;profile-level-id=42e01f") +
                                                    h264(98, "packetization-mode=1;profile-level-id=640028"));
  const auto result = viewer(offer, local);
  ASSERT_EQ(result->media[0].codecs.size(), 1U);
  EXPECT_EQ(result->media[0].codecs[0].payload_type, 98);
}

TEST(ViewerAnswer, a_picture_needs_h264_or_vp8) {
  const auto firefox = viewer(recorded_offer("firefox_viewer_without_h264"));
  ASSERT_EQ(verdict(firefox), "200");
  EXPECT_EQ(firefox->media[1].codecs[0].codec, Codec::vp8);
  const std::string second =
      replaced(testing::without(testing::without(kVideo, "a=rtpmap:102"), "a=fmtp"), "mid:v", "mid:w");
  EXPECT_EQ(verdict(viewer(session("a v w") + kAudio + kVideo + second)), "200");
  EXPECT_EQ(verdict(viewer(session("a v w") + kAudio + second + kVideo)), "200");
  EXPECT_EQ(verdict(viewer(session("a v w") + kAudio + kVideo + testing::without(second, "a=rtpmap:96"))),
            "406 no_video_codec");
  EXPECT_EQ(verdict(viewer(session("a") + testing::without(kAudio, "a=rtpmap"))), "406 no_opus");
}

TEST(ViewerAnswer, rtx_is_answered_where_nack_is_offered_and_nack_only_with_rtx) {
  const std::string rtx = "a=rtpmap:103 rtx/90000\na=fmtp:103 apt=102\n";
  const std::string nack = "a=rtcp-fb:102 nack\na=rtcp-fb:102 nack pli\n";
  const auto codec = [](const std::string& lines) {
    return viewer(session("v") + replaced(kVideo, "102 96", "102 103 96") + lines)->media[0].codecs[0];
  };
  EXPECT_EQ(codec(rtx + nack).rtx_payload_type, 103);
  EXPECT_TRUE(codec(rtx + nack).nack);
  EXPECT_FALSE(codec(nack).nack);
  EXPECT_TRUE(codec(nack).pli);
  EXPECT_FALSE(codec(rtx).rtx_payload_type);
}

TEST(ViewerAnswer, redundant_audio_is_answered_for_the_opus_that_it_carries) {
  const std::string offer =
      replaced(replaced(small_offer(), "SAVPF 111\n", "SAVPF 111 63 62\n"), "a=rtpmap:111 opus/48000/2\n",
               "a=rtpmap:111 opus/48000/2\na=rtpmap:63 red/48000/2\na=fmtp:63 111/111\n"
               "a=rtpmap:62 red/8000\na=fmtp:62 0/0\n");
  const std::string answer = answer_to(offer);
  EXPECT_THAT(lines_starting(answer, "m=audio"), ElementsAre("m=audio 7000 UDP/TLS/RTP/SAVPF 111 63"));
  EXPECT_THAT(answer, HasSubstr("a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("red/8000")));
}

TEST(ViewerAnswer, opus_keeps_stereo_and_error_correction_as_offered) {
  const auto fmtp = [](const std::string& parameters) {
    const auto lines = lines_starting(answer_to(session("a") + kAudio + parameters), "a=fmtp:");
    return lines.empty() ? "" : lines[0];
  };
  EXPECT_EQ(fmtp(""), "");
  EXPECT_EQ(fmtp("a=fmtp:111 minptime=10;useinbandfec=1\n"), "a=fmtp:111 minptime=10;useinbandfec=1");
  EXPECT_EQ(fmtp("a=fmtp:111 maxplaybackrate=48000; stereo=1; useinbandfec=1\n"), "a=fmtp:111 useinbandfec=1;stereo=1");
  EXPECT_EQ(fmtp("a=fmtp:111 stereo=0;useinbandfec=0\n"), "");
}

TEST(ViewerAnswer, only_known_header_extensions_are_answered_with_the_ids_of_the_offer) {
  const auto result = viewer(recorded_offer("chromium_viewer"));
  const auto parsed = parse_sdp(result->answer);
  for (const Section& section : parsed->sections) {
    for (const ExtensionMap& map : section.extensions)
      EXPECT_THAT(std::string(map.uri), Not(HasSubstr("video-timing")));
  }
  const ExtensionIds& ids = result->media[1].extensions;
  EXPECT_THAT(result->answer,
              HasSubstr("a=extmap:" + std::to_string(ids.transport_cc) + " http://www.ietf.org/id/draft-holmer"));
  EXPECT_NE(ids.mid, 0);
  EXPECT_NE(ids.abs_send_time, 0);
  EXPECT_EQ(ids.audio_level, 0);
  EXPECT_NE(result->media[0].extensions.audio_level, 0);
}

TEST(ViewerAnswer, extensions_in_one_direction_or_with_two_byte_ids_are_left_out) {
  const std::string mid = " urn:ietf:params:rtp-hdrext:sdes:mid\n";
  const auto id = [&](const std::string& number) {
    return viewer(session("a") + kAudio + "a=extmap:" + number + mid)->media[0].extensions.mid;
  };
  EXPECT_EQ(id("14"), 14);
  EXPECT_EQ(id("3/sendrecv"), 3);
  EXPECT_EQ(id("3/recvonly"), 0);
  EXPECT_EQ(id("16"), 0);
  const std::string long_mid(17, 'm');
  EXPECT_EQ(viewer(session(long_mid) + replaced(kAudio, "mid:a", "mid:" + long_mid) + "a=extmap:3" + mid)
                ->media[0]
                .extensions.mid,
            0)
      << "the one-byte form has no room for it";
}

TEST(ViewerAnswer, session_wide_extensions_count_where_a_section_has_none) {
  const auto result =
      viewer(replaced(small_offer(), "a=setup", "a=extmap:5 urn:ietf:params:rtp-hdrext:sdes:mid\na=setup"));
  EXPECT_EQ(result->media[0].extensions.mid, 5);
  EXPECT_EQ(result->media[1].extensions.mid, 5);
}

TEST(ViewerAnswer, an_id_that_means_something_else_in_a_later_section_is_left_out_there) {
  const auto result = viewer(recorded_offer("aiortc_viewer"));
  ASSERT_EQ(verdict(result), "200");
  EXPECT_EQ(result->media[0].extensions.audio_level, 2);
  EXPECT_EQ(result->media[1].extensions.abs_send_time, 0);
  EXPECT_EQ(result->media[1].extensions.mid, 1);
}

TEST(ViewerAnswer, the_dependency_descriptor_is_answered_beside_av1) {
  ViewerOffer offer;
  offer.ice = {.ufrag = "abcd", .password = "0123456789abcdefghijkl"};
  offer.fingerprint = {.algorithm = "sha-256", .digest = ByteVector(32)};
  const auto without_av1 = viewer(write_viewer_offer(offer));
  offer.av1 = true;
  const auto with_av1 = viewer(write_viewer_offer(offer));
  ASSERT_EQ(verdict(with_av1), "200");
  EXPECT_EQ(without_av1->media[1].extensions.dependency_descriptor, 0);
  EXPECT_EQ(with_av1->media[0].extensions.dependency_descriptor, 0);
  EXPECT_EQ(with_av1->media[1].extensions.dependency_descriptor, 5);
  EXPECT_THAT(lines_starting(with_av1->answer, "a=extmap-allow-mixed"), ::testing::SizeIs(1));
}

TEST(ViewerAnswer, transport_cc_needs_the_extension_and_the_feedback) {
  const std::string map = "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\n";
  const std::string feedback = "a=rtcp-fb:111 transport-cc\n";
  const auto media = [&](const std::string& lines) { return viewer(session("a") + kAudio + lines)->media[0]; };
  EXPECT_TRUE(media(map + feedback).codecs[0].transport_cc);
  EXPECT_EQ(media(map + feedback).extensions.transport_cc, 3);
  EXPECT_FALSE(media(feedback).codecs[0].transport_cc);
  EXPECT_EQ(media(map).extensions.transport_cc, 0);
}

TEST(ViewerAnswer, what_the_room_knows_of_the_peer_is_in_the_result) {
  const auto result = viewer(small_offer());
  EXPECT_EQ(result->remote_ice, (ice::Credentials{.ufrag = "abcd", .password = "0123456789abcdefghijkl"}));
  EXPECT_EQ(result->remote_fingerprint.algorithm, "sha-256");
  EXPECT_EQ(result->remote_fingerprint.digest[1], 0x11);
  EXPECT_FALSE(result->dtls_active);
  EXPECT_EQ(result->media[0].mid, "a");
  EXPECT_EQ(result->media[1].kind, MediaKind::video);
}

TEST(ViewerAnswer, the_same_seed_gives_the_same_answer_and_another_one_does_not) {
  EXPECT_EQ(viewer(small_offer())->answer, viewer(small_offer())->answer);
  SeededRandom other(2);
  EXPECT_NE(answer_viewer(small_offer(), local_parameters(), other)->answer, viewer(small_offer())->answer);
}

}  // namespace
}  // namespace plenary::sdp::viewer_answer_test

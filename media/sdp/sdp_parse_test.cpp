#include "media/sdp/sdp_parse.h"

#include <gtest/gtest.h>

#include "media/sdp/test_offers.h"

namespace plenary::sdp::sdp_parse_test {
namespace {

using testing::kAudio;
using testing::session;
using testing::small_offer;

std::string fault(std::string_view text) {
  const auto result = parse_sdp(text);
  return result ? "" : std::to_string(result.error().status) + " " + result.error().code;
}
std::string audio_with(const std::string& line) { return session("a") + kAudio + line + "\n"; }

TEST(SdpParse, reads_session_and_sections) {
  const std::string text = small_offer();
  const auto parsed = parse_sdp(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->bundle, (std::vector<std::string_view>{"a", "v"}));
  EXPECT_EQ(parsed->transport.ufrag, "abcd");
  EXPECT_EQ(parsed->transport.setup, Setup::actpass);
  ASSERT_EQ(parsed->sections.size(), 2U);
  const Section& video = parsed->sections[1];
  EXPECT_EQ(video.kind, "video");
  EXPECT_EQ(video.protocol, "UDP/TLS/RTP/SAVPF");
  EXPECT_EQ(video.port, 9);
  EXPECT_EQ(video.mid, "v");
  EXPECT_EQ(video.direction, Direction::recvonly);
  EXPECT_TRUE(video.rtcp_mux);
  ASSERT_EQ(video.formats.size(), 2U);
  EXPECT_EQ(video.formats[0].payload_type, 102);
  EXPECT_EQ(video.formats[0].encoding, "H264");
  EXPECT_EQ(video.formats[0].clock_rate, 90'000U);
  EXPECT_EQ(video.formats[0].parameters, "packetization-mode=1;level-asymmetry-allowed=1;profile-level-id=42e01f");
}

TEST(SdpParse, takes_either_line_end_and_a_missing_last_one) {
  const std::string lf = small_offer();
  EXPECT_EQ(parse_sdp(lf)->sections.size(), 2U);
  EXPECT_EQ(parse_sdp(testing::replaced(lf, "\n", "\r\n"))->sections[1].mid, "v");
  EXPECT_EQ(parse_sdp(testing::replaced(lf, "\n", "\n\n"))->sections[1].mid, "v");
  EXPECT_EQ(parse_sdp(std::string_view(lf).substr(0, lf.size() - 1))->sections[1].formats[1].encoding, "VP8");
}

TEST(SdpParse, ignores_lines_and_attributes_it_does_not_know) {
  EXPECT_EQ(fault(audio_with("z=0 0\nk=clear\na=\na=:\na=x-new\na=rtcp-xr:rcvr-rtt=all\nb=AS:64")), "");
}

TEST(SdpParse, refuses_what_is_no_description) {
  for (const char* text : {"", "\n\n", "hello", "{\"type\":\"offer\"}", "v=1\n", "v=0 \n", " v=0\n"}) {
    EXPECT_EQ(fault(text), "400 not_sdp") << text;
  }
  for (const char* line : {"no equals", "=x", "A=b", "a", "1=2", " a=mid:b"}) {
    EXPECT_EQ(fault(audio_with(line)), "400 malformed_line") << line;
  }
  EXPECT_EQ(fault(audio_with(std::string("a=x\0y", 5))), "400 control_character");
  EXPECT_EQ(fault(audio_with("a=x\x1b[31m")), "400 control_character");
}

TEST(SdpParse, media_lines_must_be_whole) {
  for (const char* line :
       {"m=", "m=audio", "m=audio 9", "m=audio x UDP/TLS/RTP/SAVPF 111", "m=audio 65536 UDP/TLS/RTP/SAVPF 1",
        "m=audio -1 UDP/TLS/RTP/SAVPF 111", "m=au(dio 9 UDP/TLS/RTP/SAVPF 111"}) {
    EXPECT_EQ(fault(session("a") + line + "\n"), "400 malformed_media") << line;
  }
}

TEST(SdpParse, payload_types_are_small_numbers_each_once) {
  for (const char* list :
       {"", "128", "4294967296", "4294967407", "-1", "1x", "96 97 96", "0x60", "99999999999999999999"}) {
    EXPECT_EQ(fault(session("a") + "m=audio 9 UDP/TLS/RTP/SAVPF " + list + "\n"), "400 payload_type") << list;
  }
  for (const char* line :
       {"a=rtpmap:4294967296 opus/48000/2", "a=fmtp:128 x=1", "a=rtcp-fb:x nack", "a=rtpmap: opus/48000"}) {
    EXPECT_EQ(fault(audio_with(line)), "400 payload_type") << line;
  }
}

TEST(SdpParse, a_format_that_the_media_line_does_not_list_is_ignored) {
  const std::string text = audio_with("a=rtpmap:120 VP8/90000\na=fmtp:120 x=1\na=rtcp-fb:120 nack");
  EXPECT_EQ(parse_sdp(text)->sections[0].formats.size(), 1U);
}

TEST(SdpParse, the_first_rtpmap_and_fmtp_of_a_format_count) {
  const std::string text = audio_with("a=rtpmap:111 PCMU/8000\na=fmtp:111 a=1\na=fmtp:111 b=2");
  const auto parsed = parse_sdp(text);
  EXPECT_EQ(parsed->sections[0].formats[0].encoding, "opus");
  EXPECT_EQ(parsed->sections[0].formats[0].parameters, "a=1");
}

TEST(SdpParse, a_broken_rtpmap_is_refused) {
  const std::string base = testing::without(small_offer(), "a=rtpmap:111");
  for (const char* map : {"opus", "opus/", "opus/x", "opus/48000/x", "/48000", "op us/48000", "opus/4294967296"}) {
    EXPECT_EQ(fault(base + "m=audio 9 UDP/TLS/RTP/SAVPF 111\na=rtpmap:111 " + map + "\n"), "400 malformed_rtpmap")
        << map;
  }
}

TEST(SdpParse, feedback_for_all_formats_reaches_each_wherever_it_stands) {
  const std::string text = session("v") +
                           "m=video 9 UDP/TLS/RTP/SAVPF 102 96\na=rtcp-fb:* nack\na=rtcp-fb:* ccm fir\n"
                           "a=rtcp-fb:96 nack pli\na=rtcp-fb:96 goog-remb\na=rtcp-fb:102 transport-cc\n" +
                           kAudio;
  const auto parsed = parse_sdp(text);
  const auto& formats = parsed->sections[0].formats;
  EXPECT_TRUE(formats[0].feedback.nack && formats[1].feedback.nack);
  EXPECT_TRUE(formats[0].feedback.fir && formats[1].feedback.fir);
  EXPECT_FALSE(formats[0].feedback.pli);
  EXPECT_TRUE(formats[1].feedback.pli && formats[1].feedback.remb);
  EXPECT_TRUE(formats[0].feedback.transport_cc);
  EXPECT_FALSE(parsed->sections[1].formats[0].feedback.nack) << "the wildcard is the section's";
}

TEST(SdpParse, header_extension_ids_are_from_1_to_14_or_two_byte_ones) {
  for (const char* id : {"0", "15", "256", "4095", "4352", "65536", "-1", "x", ""}) {
    EXPECT_EQ(fault(audio_with("a=extmap:" + std::string(id) + " urn:x")), "400 extension_id") << id;
  }
  for (const char* id : {"1", "14", "16", "255", "4096"}) {
    EXPECT_EQ(fault(audio_with("a=extmap:" + std::string(id) + " urn:x")), "") << id;
  }
  EXPECT_EQ(fault(audio_with("a=extmap:3 urn:x\na=extmap:3 urn:y")), "400 extension_id");
}

TEST(SdpParse, mids_are_short_tokens_and_never_the_same) {
  const std::string unnamed = session("a") + "m=audio 9 UDP/TLS/RTP/SAVPF 111\n";
  for (const std::string& mid :
       {std::string(), std::string("a b"), std::string("a\tb"), std::string("a:b"), std::string(65, 'x')}) {
    EXPECT_EQ(fault(unnamed + "a=mid:" + mid + "\n"), "400 malformed_mid") << mid;
  }
  EXPECT_EQ(fault(unnamed + "a=mid:x\na=mid:y\n"), "400 malformed_mid");
  EXPECT_EQ(fault(session("a") + kAudio + kAudio), "400 duplicate_mid");
}

TEST(SdpParse, each_list_has_its_limit) {
  const auto many = [](const char* start, int count, const char* end) {
    std::string lines;
    for (int i = 1; i <= count; ++i) lines += start + std::to_string(i) + end + "\n";
    return lines;
  };
  EXPECT_EQ(fault(audio_with(many("a=rid:", 16, " send"))), "");
  EXPECT_EQ(fault(audio_with(many("a=rid:", 1'000, " send"))), "400 too_many_rids");
  std::string streams = "a=simulcast:send 0";
  for (int i = 1; i <= 16; ++i) streams += ";" + std::to_string(i);
  EXPECT_EQ(fault(audio_with(streams)), "400 too_many_rids");
  EXPECT_EQ(fault(audio_with("a=simulcast:")), "");
  EXPECT_EQ(fault(audio_with(many("a=ssrc:", 32, " cname:x"))), "");
  EXPECT_EQ(fault(audio_with(many("a=ssrc:", 33, " cname:x"))), "400 too_many_ssrcs");
  EXPECT_EQ(fault(audio_with(many("a=extmap:2", 9, " urn:x") + many("a=extmap:3", 9, " urn:x") +
                             many("a=extmap:4", 9, " urn:x") + many("a=extmap:5", 9, " urn:x"))),
            "400 too_many_extensions");
  EXPECT_EQ(fault(audio_with(many("a=fingerprint:sha-256 ", 9, ""))), "400 too_many_fingerprints");
  EXPECT_EQ(fault(session("a") + many("m=audio 9 UDP/TLS/RTP/SAVPF ", 17, "")), "422 too_many_sections");
  EXPECT_EQ(fault(session("a") + many("m=audio 9 UDP/TLS/RTP/SAVPF 1\na=mid:", 900, "")), "422 too_many_sections");
  EXPECT_EQ(fault(session("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17")), "400 too_many_sections");
}

TEST(SdpParse, ten_thousand_candidates_leave_at_most_32) {
  std::string lines;
  for (int i = 1; i <= 1'200; ++i)
    lines += "a=candidate:1 1 udp 1 192.0.2." + std::to_string(i % 250) + " " + std::to_string(i) + " typ host\n";
  const std::string text = audio_with(lines);
  EXPECT_EQ(parse_sdp(text)->sections[0].candidates.size(), kMaxCandidatesKept);
}

TEST(SdpParse, only_candidates_of_udp_with_a_numeric_address_are_read) {
  EXPECT_EQ(parse_candidate("1 1 UDP 2130706431 192.0.2.9 5000 typ host generation 0")->text(), "192.0.2.9:5000");
  EXPECT_EQ(parse_candidate("1 1 udp 1 2001:db8::5 5000 typ srflx raddr 0.0.0.0 rport 0")->text(),
            "[2001:db8::5]:5000");
  for (const char* value :
       {"1 1 udp 1 3f2504e0-4f89-11d3.local 5000 typ host", "1 1 tcp 1 192.0.2.9 9 typ host tcptype active",
        "1 2 udp 1 192.0.2.9 5000 typ host", "1 1 udp 1 192.0.2.9 0 typ host", "1 1 udp 1 192.0.2.9 70000 typ host",
        "1 1 udp -1 192.0.2.9 5000 typ host", "1 1 udp 1 192.0.2.9 5000", "1 1 udp 1 host.example 5000 typ host", ""}) {
    EXPECT_FALSE(parse_candidate(value)) << value;
  }
}

TEST(SdpParse, repair_groups_and_sources_are_read) {
  const std::string text =
      audio_with("a=ssrc-group:FID 1 2\na=ssrc-group:SIM 1 3\na=ssrc:1 cname:x\na=ssrc:1 msid:y\na=ssrc:2 cname:x");
  const auto parsed = parse_sdp(text);
  EXPECT_EQ(parsed->sections[0].ssrcs, (std::vector<std::uint32_t>{1, 2}));
  ASSERT_EQ(parsed->sections[0].repair.size(), 1U);
  EXPECT_EQ(parsed->sections[0].repair[0], (std::pair<std::uint32_t, std::uint32_t>{1, 2}));
  EXPECT_EQ(fault(audio_with("a=ssrc:4294967296 cname:x")), "400 malformed_ssrc");
  EXPECT_EQ(fault(audio_with("a=ssrc-group:FID 1")), "400 malformed_ssrc");
}

TEST(SdpParse, too_much_text_is_refused_by_size_lines_and_line_length) {
  std::string megabyte = session("a");
  while (megabyte.size() < 1'000'000) megabyte += "a=d\n";
  EXPECT_EQ(fault(megabyte), "413 too_large");
  std::string lines = session("a");
  for (int i = 0; i < 2'000; ++i) lines += "a=d\n";
  EXPECT_EQ(fault(lines), "413 too_many_lines");
  EXPECT_EQ(fault(session("a") + "m=audio" + std::string(55 * 1'024, ' ') + "\n"), "400 line_too_long");
  EXPECT_EQ(fault(audio_with("a=fmtp:111 " + std::string(60 * 1'024, 'x'))), "400 line_too_long");
}

}  // namespace
}  // namespace plenary::sdp::sdp_parse_test

#include "media/sdp/counter_offer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/sdp/sdp_parse.h"
#include "media/sdp/test_offers.h"

namespace plenary::sdp::counter_offer_test {
namespace {

using namespace testing;
using ::testing::HasSubstr;

const std::string kUnservable =
    session("a v") + replaced(kAudio, "opus/48000/2", "PCMU/8000") +
    "m=video 9 UDP/TLS/RTP/SAVPF 98\na=mid:v\na=recvonly\na=rtcp-mux\na=rtpmap:98 VP9/90000\n";

CounterOffer counter_offer(const std::string& refused = kUnservable) {
  SeededRandom random(1);
  return write_counter_offer(refused, local_parameters(), random).value();
}
// As a player that takes all of it would answer.
std::string answer_of(const CounterOffer& offered) {
  std::string answer = replaced(offered.text, "a=setup:actpass", "a=setup:active");
  answer = replaced(without(without(answer, "a=ssrc"), "a=ice-lite"), "a=sendonly", "a=recvonly");
  return replaced(answer, local_parameters().ice.ufrag, "playersufrag");
}
Result<Negotiated, Refusal> taken(const std::string& answer, const CounterOffer& offered) {
  SeededRandom random(2);
  return take_answer(answer, offered, local_parameters(), random);
}

TEST(CounterOffer, has_what_an_offer_must_have_and_every_format_we_send) {
  ASSERT_EQ(verdict(viewer(kUnservable)), "406 no_opus");
  const CounterOffer offered = counter_offer();
  const auto said = parse_sdp(offered.text);
  ASSERT_TRUE(said);
  ASSERT_EQ(said->sections.size(), 2U);
  EXPECT_EQ(said->bundle.size(), 2U);
  EXPECT_TRUE(said->ice_lite);
  for (const Section& section : said->sections) {
    EXPECT_EQ(section.direction, Direction::sendonly);
    EXPECT_EQ(section.transport.setup, Setup::actpass);
    EXPECT_TRUE(section.rtcp_mux);
    EXPECT_FALSE(section.ssrcs.empty());
  }
  for (const char* format :
       {" opus/48000/2", " red/48000/2", " H264/90000", " VP8/90000", " VP9/90000", " AV1/90000", "a=candidate:"}) {
    EXPECT_THAT(offered.text, HasSubstr(format));
  }
}

TEST(CounterOffer, offers_the_kinds_that_were_wanted) {
  const CounterOffer offered = counter_offer(session("a") + replaced(kAudio, "opus/48000/2", "PCMU/8000"));
  ASSERT_EQ(offered.media.size(), 1U);
  EXPECT_EQ(offered.media[0].kind, MediaKind::audio);
}

TEST(CounterOffer, an_answer_is_taken_with_the_sources_that_were_offered) {
  const CounterOffer offered = counter_offer();
  const auto result = taken(answer_of(offered), offered);
  ASSERT_EQ(verdict(result), "200");
  EXPECT_EQ(result->remote_ice.ufrag, "playersufrag");
  ASSERT_EQ(result->media.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(result->media[i].ssrc, offered.media[i].ssrc);
    EXPECT_EQ(result->media[i].rtx_ssrc, offered.media[i].rtx_ssrc);
  }
}

TEST(CounterOffer, an_answer_may_choose_less) {
  const CounterOffer offered = counter_offer();
  const auto result = taken(
      without(replaced(answer_of(offered), "SAVPF 102 103 96 97 98 99 45 46", "SAVPF 96"), "a=extmap:2 "), offered);
  ASSERT_EQ(verdict(result), "200");
  ASSERT_EQ(result->media[1].codecs.size(), 1U);
  EXPECT_EQ(result->media[1].codecs[0].codec, Codec::vp8);
  EXPECT_FALSE(result->media[1].codecs[0].rtx_payload_type);
}

TEST(CounterOffer, an_answer_to_something_else_is_refused) {
  const CounterOffer offered = counter_offer();
  const std::string good = answer_of(offered);
  EXPECT_EQ(verdict(taken(replaced(replaced(good, "a=mid:0", "a=mid:x"), "BUNDLE 0", "BUNDLE x"), offered)),
            "422 not_as_offered");
  EXPECT_EQ(verdict(taken(replaced(replaced(good, ":111 ", ":112 "), "SAVPF 111", "SAVPF 112"), offered)),
            "422 not_as_offered");
  EXPECT_EQ(verdict(taken(replaced(good, "extmap:1 ", "extmap:9 "), offered)), "422 not_as_offered");
  EXPECT_EQ(verdict(taken(session("0") + replaced(kAudio, "a=mid:a", "a=mid:0"), offered)), "422 not_as_offered");
  EXPECT_EQ(verdict(taken(replaced(good, "a=recvonly", "a=inactive"), offered)), "422 direction");
  EXPECT_EQ(verdict(taken(replaced(good, "m=video 7000 ", "m=video 0 "), offered)), "422 disabled_section");
  EXPECT_EQ(verdict(taken("v=0\r\n", offered)), "400 no_media");
}

}  // namespace
}  // namespace plenary::sdp::counter_offer_test

// Recorded offers, cut and changed in every way: an answer or a refusal with 4xx, never more.
#include <gtest/gtest.h>

#include <random>

#include "media/sdp/sdp_parse.h"
#include "media/sdp/test_offers.h"

namespace plenary::sdp::hostile_test {
namespace {

using namespace testing;

// Whatever we accept, our own answer must be readable, encrypted and for us.
void expect_lawful(const std::string& offer) {
  for (const auto& result : {viewer(offer), speaker(offer)}) {
    if (!result) {
      ASSERT_GE(result.error().status, 400);
      ASSERT_LT(result.error().status, 500);
      ASSERT_FALSE(result.error().code.empty());
      continue;
    }
    const auto said = parse_answer(result->answer);
    ASSERT_TRUE(said) << result->answer;
    ASSERT_EQ(said->media.size(), result->media.size());
    ASSERT_FALSE(result->remote_fingerprint.digest.empty());
    ASSERT_GE(result->remote_ice.password.size(), 22U);
    for (const NegotiatedMedia& media : result->media) ASSERT_FALSE(media.codecs.empty());
  }
}

std::vector<std::string> all_offers() {
  std::vector<std::string> names = kViewerOffers;
  names.insert(names.end(), kSpeakerOffers.begin(), kSpeakerOffers.end());
  std::vector<std::string> offers;
  for (const std::string& name : names) offers.push_back(recorded_offer(name));
  return offers;
}

std::string mutated(const std::string& seed, const std::vector<std::string>& words, std::mt19937_64& random) {
  std::string text = seed;
  const auto place = [&] { return text.empty() ? 0 : random() % text.size(); };
  switch (random() % 6) {
    case 0:
      text.resize(place());
      break;
    case 1:
      text[place()] = static_cast<char>(random());
      break;
    case 2:
      text[place()] ^= static_cast<char>(1 << random() % 8);
      break;
    case 3:
      text.erase(place(), random() % 40);
      break;
    case 4:
      text.insert(place(), words[random() % words.size()]);
      break;
    default: {
      const std::size_t from = place();
      text.insert(place(), text.substr(from, random() % 200));
    }
  }
  return text;
}

TEST(Hostile, every_truncation_of_every_recorded_offer) {
  for (const std::string& offer : all_offers()) {
    const std::size_t step = offer.size() > 8'000 ? 37 : 3;
    for (std::size_t size = 0; size < offer.size(); size += step)
      ASSERT_NO_FATAL_FAILURE(expect_lawful(offer.substr(0, size)));
  }
}

TEST(Hostile, mutations_of_every_recorded_offer) {
  const std::vector<std::string> words = {"\r\n",
                                          "m=",
                                          "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n",
                                          "a=mid:0\r\n",
                                          "4294967296",
                                          "-1",
                                          "a=crypto:1\r\n",
                                          "a=extmap:15 x\r\n",
                                          " ",
                                          "/",
                                          ";",
                                          "=",
                                          "a=group:BUNDLE ",
                                          "a=fmtp:96 ",
                                          std::string(5'000, 'A'),
                                          "\x7f\xff"};
  std::mt19937_64 random(20'260'101);
  for (const std::string& offer : all_offers()) {
    const int rounds = offer.size() > 8'000 ? 300 : 1'500;
    std::string text = offer;
    for (int round = 0; round < rounds; ++round) {
      text = round % 3 == 0 ? offer : text;  // up to three changes on top of each other
      text = mutated(text, words, random);
      ASSERT_NO_FATAL_FAILURE(expect_lawful(text)) << "round " << round;
    }
  }
}

TEST(Hostile, the_corpus_gets_an_answer_or_a_refusal) {
  const std::filesystem::path corpus = std::filesystem::path(PLENARY_SOURCE_DIR) / "../shared/corpora/sdp";
  if (!std::filesystem::exists(corpus)) GTEST_SKIP() << "no corpora/sdp beside the repository";
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
    if (entry.path().extension() != ".sdp") continue;
    ASSERT_NO_FATAL_FAILURE(expect_lawful(read_file(entry.path()))) << entry.path();
    (void)parse_answer(read_file(entry.path()));
    ++read;
  }
  EXPECT_GT(read, 50U);
}

TEST(Hostile, names_that_break_software_are_refused_or_do_not_reach_the_answer) {
  for (const char* name :
       {"<script>alert(1)</script>", "'; DROP TABLE x;--", "\xF0\x9F\x92\xA3", "%n%s", "../../etc", "a\\u0000"}) {
    const auto result = viewer(replaced(session("a") + kAudio, "mid:a", "mid:" + std::string(name)));
    EXPECT_FALSE(result) << name;
    const auto session_name = viewer(replaced(small_offer(), "s=-", "s=" + std::string(name)));
    ASSERT_TRUE(session_name);
    EXPECT_EQ(session_name->answer.find(name), std::string::npos);
  }
}

}  // namespace
}  // namespace plenary::sdp::hostile_test

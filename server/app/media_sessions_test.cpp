// A session by WHEP against a real shard on loopback, with no more of a player than its ICE checks.
#include "server/app/media_sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cstring>
#include <deque>

#include "media/base/random.h"
#include "media/ice/stun.h"
#include "media/io/clock.h"
#include "media/io/udp_socket.h"
#include "media/sdp/negotiate.h"
#include "media/sdp/speaker_client.h"

namespace plenary::server::media_sessions_test {
namespace {

using ::testing::HasSubstr;

// Milliseconds between two checks, and how many; only a broken shard needs them all.
constexpr int kRetry = 200;
constexpr int kTries = 50;

std::string header_of(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

std::string id_of(const HttpResponse& created) {
  return header_of(created, "Location").substr(std::strlen("/session/"));
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
}

class Player {
 public:
  explicit Player(RandomSource& random, const Address& address)
      : random_(random), ip_(address), socket_(std::move(io::UdpSocket::open(address)).value()) {}

  [[nodiscard]] HttpRequest offer() {
    own = ice::make_credentials(random_);
    return {.method = "POST",
            .path = "/whep/room-a",
            .headers = {{"content-type", "application/sdp"}},
            .body = sdp::write_viewer_offer({.ice = own, .fingerprint = certificate_->fingerprint()})};
  }
  [[nodiscard]] HttpRequest offer_of_camera(std::size_t layers) {
    HttpRequest request = offer();
    request.path = "/whip/room-a/floor";
    request.body = sdp::write_speaker_offer({.ice = own, .fingerprint = certificate_->fingerprint(), .cname = "c"});
    std::string streams;
    request.body += "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n";
    for (std::size_t i = 0; i < layers; ++i) {
      request.body += "a=rid:" + std::to_string(i) + " send\r\n";
      streams += (i == 0 ? "" : ";") + std::to_string(i);
    }
    request.body += "a=simulcast:send " + streams + "\r\n";
    return request;
  }
  struct Pair {
    ice::Credentials theirs;
    ice::Credentials ours;
  };
  // Checks are sent again until one is answered: the shard may not have heard of the credentials yet.
  bool is_answered(const Address& to, const Pair& pair) {
    for (int tries = 0; tries < kTries; ++tries) {
      const ice::TransactionId sent = send(to, pair);
      while (const auto got = next_answer(kRetry)) {
        if (*got == sent) return true;
      }
    }
    return false;
  }
  // `known` are answered, after these were not.
  bool is_ignored(const Address& to, const Pair& pair, const Pair& known) {
    if (!is_answered(to, known)) return false;
    const ice::TransactionId ignored = send(to, pair);
    const ice::TransactionId answered = send(to, known);
    while (const auto got = next_answer(kTries * kRetry)) {
      if (*got == ignored) return false;
      if (*got == answered) return true;
    }
    return false;
  }

  ice::Credentials own;

 private:
  ice::TransactionId send(const Address& to, const Pair& pair) {
    ice::TransactionId transaction;
    random_.fill(transaction);
    const ByteVector bytes = ice::write_binding_request({.transaction = transaction,
                                                         .username = pair.theirs.ufrag + ":" + pair.ours.ufrag,
                                                         .priority = 0x6e0001ff,
                                                         .use_candidate = true},
                                                        pair.theirs.password);
    peer::SendBatch batch;
    std::memcpy(batch.next({.local = {.ip = ip_.ip, .port = socket_->port()}, .remote = to}), bytes.data(),
                bytes.size());
    batch.commit(bytes.size());
    socket_->send(batch, counters_);
    return transaction;
  }
  // The next success; nothing when none comes for so long.
  std::optional<ice::TransactionId> next_answer(int milliseconds) {
    while (answers_.empty()) {
      pollfd wait{.fd = socket_->descriptor(), .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, milliseconds) <= 0) return std::nullopt;
      for (const auto& datagram : socket_->receive(io::read_monotonic(), io::realtime_offset(), counters_)) {
        const auto message = ice::parse_stun(datagram.bytes);
        if (message && message->message_class == ice::StunClass::success) answers_.push_back(message->transaction);
      }
    }
    const ice::TransactionId answer = answers_.front();
    answers_.pop_front();
    return answer;
  }

  RandomSource& random_;
  Address ip_;
  std::shared_ptr<const crypto::Certificate> certificate_ = crypto::Certificate::generate();
  std::unique_ptr<io::UdpSocket> socket_;
  Counters counters_;
  std::deque<ice::TransactionId> answers_;
};

class MediaSessionsTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const Address media = *Address::from_text(GetParam());
    auto plane = MediaPlane::start(media, std::nullopt, {}, crypto::Certificate::generate());
    if (!plane.ok() && !media.is_v4()) GTEST_SKIP() << "no IPv6 here";
    ASSERT_TRUE(plane.ok()) << plane.error().message;
    plane_ = std::move(*plane);
    plane_->set_candidates({}, media);
    sessions_.emplace(*plane_, random_);
    player_.emplace(random_, media);
    const MediaSessions::Opened opened =
        sessions_->open(player_->offer(), "room-a", 0, SessionUse::viewer, "42e01f", now_);
    ASSERT_EQ(opened.response.status, 201) << opened.response.body;
    id_ = id_of(opened.response);
    etag_ = header_of(opened.response, "ETag");
    const auto answer = sdp::parse_answer(opened.response.body);
    ASSERT_TRUE(answer.ok());
    theirs_ = answer->ice;
    ASSERT_EQ(answer->candidates.size(), 1u);
    server_ = answer->candidates[0];
    EXPECT_EQ(server_.ip, media.ip);
  }

  HttpResponse patch(const std::string& match, const std::string& body) {
    HttpRequest request{.method = "PATCH", .body = body};
    request.headers["content-type"] = "application/trickle-ice-sdpfrag";
    if (!match.empty()) request.headers["if-match"] = match;
    return sessions_->handle(request, id_, now_).response;
  }
  static std::string fragment(const ice::Credentials& ice) {
    return "a=ice-ufrag:" + ice.ufrag + "\r\na=ice-pwd:" + ice.password +
           "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n";
  }

  SeededRandom random_{7};
  Instant now_ = Instant(std::chrono::seconds(1));
  std::unique_ptr<MediaPlane> plane_;
  std::optional<MediaSessions> sessions_;
  std::optional<Player> player_;
  std::string id_;
  std::string etag_;
  ice::Credentials theirs_;
  Address server_;
};

INSTANTIATE_TEST_SUITE_P(addresses, MediaSessionsTest, testing::Values("127.0.0.1:0", "[::1]:0"),
                         [](const auto& address) { return address.param[0] == '[' ? "ipv6" : "ipv4"; });

TEST_P(MediaSessionsTest, a_check_is_answered_at_the_candidate_of_the_answer) {
  const Player::Pair known{theirs_, player_->own};
  EXPECT_TRUE(player_->is_answered(server_, known));
  Player::Pair wrong = known;
  wrong.theirs.password.back() = wrong.theirs.password.back() == 'x' ? 'y' : 'x';
  EXPECT_TRUE(player_->is_ignored(server_, wrong, known));
}

// RFC 9725 §4.3.3: 200 with our new credentials and a new ETag; the old ones hold until the new are used.
TEST_P(MediaSessionsTest, a_patch_with_new_credentials_restarts_ice) {
  const ice::Credentials fresh = ice::make_credentials(random_);
  const HttpResponse response = patch(etag_, fragment(fresh));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.content_type, "application/trickle-ice-sdpfrag");
  EXPECT_NE(header_of(response, "ETag"), etag_);
  EXPECT_FALSE(header_of(response, "ETag").empty());
  const auto answered = sdp::parse_ice_fragment(response.body);
  ASSERT_TRUE(answered.ok() && answered->credentials);
  EXPECT_NE(answered->credentials->ufrag, theirs_.ufrag);
  EXPECT_EQ(answered->candidates, 1u);

  const Player::Pair before{theirs_, player_->own};
  const Player::Pair now{*answered->credentials, fresh};
  EXPECT_TRUE(player_->is_answered(server_, before)) << "until the new are used";
  EXPECT_TRUE(player_->is_answered(server_, now));
  EXPECT_TRUE(player_->is_ignored(server_, before, now)) << "the old ones, afterwards";

  EXPECT_EQ(patch(etag_, fragment(ice::make_credentials(random_))).status, 412) << "a tag of before the restart";
  EXPECT_EQ(patch("*", fragment(ice::make_credentials(random_))).status, 200);
}

TEST_P(MediaSessionsTest, a_patch_with_candidates_alone_changes_nothing) {
  const HttpResponse response =
      patch(etag_, fragment(player_->own) + "a=candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host\r\n");
  EXPECT_EQ(response.status, 204) << response.body;
  EXPECT_TRUE(player_->is_answered(server_, {theirs_, player_->own}));
  EXPECT_EQ(patch("", fragment(player_->own)).status, 428);
  EXPECT_EQ(patch("\"another\"", fragment(player_->own)).status, 412);
  EXPECT_EQ(patch(etag_, "what").status, 400);
  for (const std::string& match : {std::string("*"), std::string("\"*\""), "\"another\", " + etag_}) {
    EXPECT_EQ(patch(match, fragment(player_->own)).status, 204) << match;
  }
}

// RFC 9725 §4.3.3: "the ICE restart HTTP PATCH requests and responses might be received out of order".
TEST_P(MediaSessionsTest, patches_that_were_overtaken_by_a_restart_change_nothing) {
  const ice::Credentials first = ice::make_credentials(random_);
  const ice::Credentials second = ice::make_credentials(random_);
  ASSERT_EQ(patch("*", fragment(first)).status, 200);
  const HttpResponse restarted = patch("*", fragment(second));
  ASSERT_EQ(restarted.status, 200);
  for (const ice::Credentials& old : {player_->own, first}) EXPECT_EQ(patch("*", fragment(old)).status, 412);
  const HttpResponse again = patch("*", fragment(second));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, restarted.body) << "who did not get the answer asks again";
  EXPECT_EQ(header_of(again, "ETag"), header_of(restarted, "ETag"));
  EXPECT_EQ(patch(header_of(restarted, "ETag"), fragment(second)).status, 204) << "with the tag it is trickling";
  const auto answered = sdp::parse_ice_fragment(restarted.body);
  EXPECT_TRUE(player_->is_answered(server_, {*answered->credentials, second}));
}

TEST_P(MediaSessionsTest, x2_without_memory_viewers_are_turned_away_first_and_who_is_there_stays) {
  const auto open = [&](SessionUse use, bool needed) {
    return sessions_->open(player_->offer(), "room-a", 0, use, "42e01f", now_, needed).response;
  };
  const std::size_t before = sessions_->size();
  sessions_->set_memory(Memory::tight);
  const HttpResponse refused = open(SessionUse::viewer, false);
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, testing::HasSubstr("no_memory"));
  EXPECT_EQ(header_of(refused, "Retry-After"), kWantRetryAfter);
  EXPECT_EQ(open(SessionUse::viewer, true).status, 201);
  EXPECT_EQ(open(SessionUse::return_page, false).status, 201);
  sessions_->set_memory(Memory::exhausted);
  EXPECT_EQ(open(SessionUse::viewer, true).status, 503);
  EXPECT_EQ(open(SessionUse::return_page, false).status, 503);
  EXPECT_EQ(sessions_->no_memory(), 3U);
  EXPECT_EQ(sessions_->size(), before + 2);
  sessions_->set_memory(Memory::ample);
  EXPECT_EQ(open(SessionUse::viewer, false).status, 201);
}

TEST_P(MediaSessionsTest, who_patches_without_end_is_told_to_wait) {
  int taken = 0;
  while (taken < 1'000 && patch(etag_, fragment(player_->own)).status == 204) ++taken;
  EXPECT_EQ(taken, static_cast<int>(kPatchRate.burst));
  const HttpResponse refused = patch(etag_, fragment(player_->own));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header_of(refused, "Retry-After"), "1");
  EXPECT_GT(sessions_->too_often(), 0U);
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(patch(etag_, fragment(player_->own)).status, 204);
}

// draft-ietf-wish-whep: 406 with our offer, PATCH with the answer, 204.
TEST_P(MediaSessionsTest, a_player_without_our_codecs_gets_an_offer_and_30_s_to_answer_it) {
  HttpRequest request = player_->offer();
  for (const char* codec : {" opus/", " H264/", " VP8/"}) replace_all(request.body, codec, " G729/");
  const auto refused = [&] { return sessions_->open(request, "room-a", 0, SessionUse::viewer, "42e01f", now_); };
  const MediaSessions::Opened opened = refused();
  ASSERT_EQ(opened.response.status, 406) << opened.response.body;
  EXPECT_EQ(opened.response.content_type, "application/sdp");
  ASSERT_NE(opened.session, nullptr);
  EXPECT_EQ(sessions_->half_open(), 2U);

  std::string answer = opened.response.body;
  const auto theirs = sdp::parse_answer(opened.response.body)->ice;
  replace_all(answer, "a=sendonly", "a=recvonly");
  replace_all(answer, "setup:actpass", "setup:active");
  replace_all(answer, "a=ice-lite\r\n", "");
  replace_all(answer, theirs.ufrag, "playersufrag");
  HttpRequest patch{.method = "PATCH", .headers = {{"content-type", "application/sdp"}}, .body = answer};
  HttpRequest trickle{
      .method = "PATCH", .headers = {{"content-type", "application/trickle-ice-sdpfrag"}}, .body = answer};
  EXPECT_EQ(sessions_->handle(trickle, id_of(opened.response), now_).response.status, 422);
  const MediaSessions::Handled handled = sessions_->handle(patch, id_of(opened.response), now_);
  EXPECT_EQ(handled.response.status, 204) << handled.response.body;
  ASSERT_EQ(handled.answered, opened.session);
  EXPECT_EQ(handled.answered->seat.video_slots, 1U);
  EXPECT_TRUE(player_->is_answered(server_, {theirs, {"playersufrag", ""}}));
  EXPECT_EQ(sessions_->handle(patch, id_of(opened.response), now_).response.status, 415) << "once";

  const std::string unanswered = id_of(refused().response);
  EXPECT_EQ(sessions_->half_open(), 3U);
  now_ = *sessions_->next_timeout() - std::chrono::milliseconds(1);
  sessions_->handle_timeout(now_);
  EXPECT_EQ(sessions_->half_open(), 3U);
  now_ += std::chrono::milliseconds(1);
  sessions_->handle_timeout(now_);
  EXPECT_FALSE(sessions_->next_timeout());
  EXPECT_EQ(sessions_->half_open(), 2U);
  EXPECT_EQ(sessions_->handle(patch, unanswered, now_).response.status, 404);
}

class HalfOpen : public testing::Test {
 protected:
  int open(const std::string& bearer, const char* from = "127.0.0.1:50000") {
    HttpRequest request = player_.offer();
    request.remote = *Address::from_text(from);
    if (!bearer.empty()) request.headers["authorization"] = "Bearer " + bearer;
    return sessions_.open(request, "room-a", 0, SessionUse::viewer, "42e01f", now_).response.status;
  }

  SeededRandom random_{7};
  Instant now_ = Instant(std::chrono::seconds(1));
  const Address media_ = *Address::from_text("127.0.0.1:0");
  std::unique_ptr<MediaPlane> plane_ =
      MediaPlane::start(media_, std::nullopt, {}, crypto::Certificate::generate()).value();
  MediaSessions sessions_{*plane_, random_};
  Player player_{random_, media_};
};

TEST_F(HalfOpen, one_token_does_not_keep_all_others_out) {
  for (std::size_t i = 0; i < kHalfOpenForOne; ++i) ASSERT_EQ(open("greedy"), 201) << i;
  EXPECT_EQ(open("greedy"), 429);
  EXPECT_EQ(open("somebody"), 201);
}

TEST_F(HalfOpen, one_network_without_a_token_is_told_to_wait_and_this_machine_is_not) {
  const HttpRequest bad{.method = "POST", .remote = *Address::from_text("192.0.2.7:50000")};
  const auto post = [&](const HttpRequest& request) {
    return sessions_.open(request, "room-a", 0, SessionUse::viewer, "42e01f", now_).response.status;
  };
  for (int i = 0; i < static_cast<int>(kPostRate.burst); ++i) ASSERT_EQ(post(bad), 415) << i;
  EXPECT_EQ(post(bad), 429);
  EXPECT_EQ(open("", "192.0.2.7:50001"), 429);
  EXPECT_EQ(open("", "192.0.2.8:50000"), 201);
  EXPECT_EQ(open("a token", "192.0.2.7:50001"), 201);
  HttpRequest here = bad;
  here.remote = *Address::from_text("127.0.0.1:50000");
  for (int i = 0; i < 2 * static_cast<int>(kPostRate.burst); ++i) ASSERT_EQ(post(here), 415) << i;
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(open("", "192.0.2.7:50001"), 201);
}

TEST_F(HalfOpen, offers_of_more_layers_than_viewers_choose_from_are_counted_and_served_without_them) {
  const auto open = [&](std::size_t layers) {
    return sessions_.open(player_.offer_of_camera(layers), "room-a", 0, SessionUse::uplink, "42e01f", now_).response;
  };
  EXPECT_THAT(open(sdp::kMaxSpeakerLayers).body, HasSubstr("a=simulcast:recv 0;1;2\r\n"));
  EXPECT_EQ(sessions_.too_many_layers(), 0U);
  const HttpResponse response = open(2 * sdp::kMaxSpeakerLayers);
  EXPECT_EQ(response.status, 201) << response.body;
  EXPECT_THAT(response.body, HasSubstr("a=simulcast:recv 0;1;2\r\n"));
  EXPECT_EQ(sessions_.too_many_layers(), 1U);
}

TEST_F(HalfOpen, who_guesses_sessions_is_told_to_wait) {
  HttpRequest guess{.method = "DELETE", .remote = *Address::from_text("192.0.2.7:50000")};
  const auto status = [&] { return sessions_.handle(guess, random_.token(32), now_).response.status; };
  for (int i = 0; i < static_cast<int>(kMissRate.burst); ++i) ASSERT_EQ(status(), 404) << i;
  EXPECT_EQ(status(), 429);
  guess.remote = *Address::from_text("192.0.2.8:50000");
  EXPECT_EQ(status(), 404);
}

}  // namespace
}  // namespace plenary::server::media_sessions_test

#include "media/forward/key_frame_requests.h"

#include <gtest/gtest.h>

namespace plenary::forward::key_frame_requests_test {
namespace {

using namespace std::chrono_literals;

Instant at(int ms) { return Instant(std::chrono::milliseconds(1'000'000 + ms)); }

TEST(key_frame_requests, the_first_wish_is_passed_on_at_once_and_others_within_the_interval_are_one) {
  KeyFrameRequests requests(250ms);
  EXPECT_FALSE(requests.poll(at(0)));
  requests.want(at(0));
  EXPECT_TRUE(requests.poll(at(0)));
  requests.want(at(10));
  EXPECT_FALSE(requests.poll(at(10)));
  EXPECT_EQ(requests.next_timeout(), at(250));
}

TEST(key_frame_requests, it_is_asked_again_until_one_comes) {
  KeyFrameRequests requests(250ms);
  requests.want(at(0));
  EXPECT_TRUE(requests.poll(at(0)));
  EXPECT_TRUE(requests.poll(at(250)));
  requests.handle_key_frame(at(300));
  EXPECT_FALSE(requests.poll(at(600)));
  EXPECT_EQ(requests.next_timeout(), std::nullopt);
}

TEST(key_frame_requests, a_wish_soon_after_an_answered_one_waits_for_the_interval) {
  KeyFrameRequests requests(250ms);
  requests.want(at(0));
  EXPECT_TRUE(requests.poll(at(0)));
  requests.handle_key_frame(at(40));
  requests.want(at(50));
  EXPECT_FALSE(requests.poll(at(100)));
  EXPECT_TRUE(requests.poll(at(250)));
}

TEST(key_frame_requests, a_source_that_never_answers_is_known_and_asked_rarely) {
  KeyFrameRequests requests(250ms);
  requests.want(at(0));
  for (int ms = 0; ms <= 750; ms += 250) EXPECT_TRUE(requests.poll(at(ms)));
  EXPECT_FALSE(requests.source_answers());
  EXPECT_FALSE(requests.poll(at(1'000)));
  EXPECT_TRUE(requests.poll(at(2'750)));
  requests.forget();
  EXPECT_TRUE(requests.source_answers());
}

TEST(key_frame_requests, a_new_source_has_its_time_however_old_the_wish_is) {
  KeyFrameRequests requests(250ms);
  requests.want(at(0));
  EXPECT_TRUE(requests.poll(at(0)));
  requests.forget();
  EXPECT_TRUE(requests.poll(at(5'000)));
  EXPECT_TRUE(requests.source_answers());
  EXPECT_TRUE(requests.poll(at(5'250)));
}

}  // namespace
}  // namespace plenary::forward::key_frame_requests_test

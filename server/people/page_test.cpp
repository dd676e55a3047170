#include "server/people/page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace plenary::people::page_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr Instant at(Duration since) { return Instant(since); }
constexpr const char* kJoined = R"({"jsonrpc":"2.0","id":1,"result":{"participant":"p-7","media_token":"m","seq":1,
  "state":{"server_time":5000,"meeting":{"state":"live","list":"open"},"queue":[],"floor":[]}}})";

TEST(Page, joins_with_its_token_and_follows_the_changes) {
  Page page("eyJ");
  page.handle_open();
  const json join = json::parse(page.poll_message().value());
  EXPECT_EQ(join["method"], "meeting.join");
  EXPECT_EQ(join["params"]["token"], "eyJ");
  EXPECT_FALSE(page.joined());
  page.handle_message(kJoined, at(1s));
  EXPECT_TRUE(page.joined());
  EXPECT_EQ(page.participant(), "p-7");
  EXPECT_EQ(page.media_token(), "m");
  EXPECT_EQ(page.meeting_time(at(3s)), 7'000);
  page.handle_message(
      R"({"jsonrpc":"2.0","method":"meeting.changed","params":{"seq":2,"server_time":9000,"set":{"queue":[{"request":"r-1","state":"queued","person":{"participant":"p-7"}}]}}})",
      at(4s));
  ASSERT_NE(page.view().row_of("p-7"), nullptr);
  EXPECT_EQ(page.meeting_time(at(4s)), 9'000);
}

TEST(Page, a_refusal_is_counted_with_its_word) {
  Page page("eyJ");
  page.handle_open();
  page.handle_message(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"No.","data":{"code":"expired"}}})",
                      at(1s));
  EXPECT_FALSE(page.joined());
  EXPECT_EQ(page.refused(), 1U);
  EXPECT_EQ(page.last_refusal(), "expired");
}

TEST(Page, a_closed_connection_forgets_the_meeting_and_the_next_one_joins_anew) {
  Page page("eyJ");
  page.handle_open();
  page.poll_message();
  page.handle_message(kJoined, at(1s));
  page.call("floor.release", json::object());
  page.handle_closed();
  EXPECT_FALSE(page.joined());
  EXPECT_FALSE(page.poll_message()) << "what was not sent is not sent to another connection";
  page.handle_open();
  EXPECT_EQ(json::parse(page.poll_message().value())["method"], "meeting.join");
}

TEST(Page, what_is_no_message_of_the_protocol_changes_nothing) {
  Page page("eyJ");
  page.handle_open();
  for (const char* text : {"", "[]", "{}", R"({"method":3})", R"({"id":1,"result":3})", R"({"id":1,"error":3})",
                           R"({"method":"meeting.changed","params":[]})"}) {
    page.handle_message(text, at(1s));
  }
  EXPECT_FALSE(page.joined());
}

}  // namespace
}  // namespace plenary::people::page_test

#include "server/journal/kept_token_ids.h"

#include <nlohmann/json.hpp>

#include "server/auth/token_signer.h"
#include "server/journal/journal_fixture.h"

namespace plenary::server::kept_token_ids_test {
namespace {

const std::string kKept = "sig:" + std::string(42, 'A');

TEST(KeptTokenIds, of_tokens_known_by_their_signature_are_what_they_are_now) {
  std::string payload = R"({"person":{"identity":"token:)" + kKept + R"(","token":")" + kKept + R"("},"tokens":[")" +
                        kKept + R"(","jti-1"],"topic":")" + kKept + R"("})";
  renew_token_ids(payload);
  const auto renewed = nlohmann::json::parse(payload);
  const std::string id = current_token_id(kKept);
  EXPECT_EQ(renewed["person"]["token"], id);
  EXPECT_EQ(renewed["person"]["identity"], "token:" + id);
  EXPECT_EQ(renewed["tokens"], nlohmann::json::array({id, "jti-1"}));
  EXPECT_EQ(renewed["topic"], kKept) << "what people wrote stays";
}

TEST(KeptTokenIds, what_cannot_be_read_is_left_as_it_is) {
  for (const std::string& payload : {std::string("{\"sig:"), std::string("[\"sig:\"]"), std::string("{}"),
                                     std::string(R"({"by":"sig:","person":7,"tokens":{"a":1}})")}) {
    std::string same = payload;
    renew_token_ids(same);
    EXPECT_EQ(same, payload);
  }
}

TEST_F(JournalTest, whoever_was_removed_by_a_signature_stays_removed) {
  const signaling::Rules rules{.meeting = "room-a", .room = "room-a", .title = "", .languages = {}};
  {
    const auto journal = open();
    signaling::Batch removal =
        batch(1, {1},
              R"({"v":1,"at":1,"by":"p-1/moderator","participant":"p-7","name":"A","tokens":[")" + kKept +
                  R"("],"reason":""})");
    removal.events[0].type = "person_removed";
    journal->append("room-a", removal);
    ASSERT_TRUE(next(*journal).saved);
  }
  const auto journal = open();
  const auto meeting = signaling::Meeting::open(rules, load_history(*journal, rules).value(), Now{});
  ASSERT_TRUE(meeting);
  EXPECT_TRUE(meeting->state().removed.contains(current_token_id(kKept)));
}

}  // namespace
}  // namespace plenary::server::kept_token_ids_test

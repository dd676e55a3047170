#include "server/app/meeting_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/meeting_type.h"

namespace plenary::server::meeting_rules_test {
namespace {

using signaling::Category;
using signaling::RequestKind;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST(MeetingRules, the_limits_of_the_configuration_are_those_of_the_meeting) {
  const FloorSection floor{.statement = minutes(10),
                           .question = minutes(11),
                           .reply = minutes(12),
                           .right_of_reply = minutes(13),
                           .point_of_order = minutes(14),
                           .written = minutes(15),
                           .statement_by_category = {{"government", minutes(5)}, {"academia", seconds(0)}},
                           .delegation_max = 2};
  const signaling::Rules rules = rules_of(RoomConfig{.floor = floor});
  EXPECT_THAT(rules.limits,
              ElementsAre(Pair(RequestKind::statement, minutes(10)), Pair(RequestKind::question, minutes(11)),
                          Pair(RequestKind::reply, minutes(12)), Pair(RequestKind::right_of_reply, minutes(13)),
                          Pair(RequestKind::point_of_order, minutes(14)), Pair(RequestKind::written, minutes(15))));
  EXPECT_THAT(rules.statement_limits,
              ElementsAre(Pair(Category::government, minutes(5)), Pair(Category::academia, seconds(0))));
  EXPECT_EQ(rules.delegation_max, 2U);
}

TEST(MeetingRules, a_configuration_that_says_nothing_leaves_the_meeting_its_own_limits) {
  const signaling::Rules rules = rules_of(RoomConfig{});
  EXPECT_EQ(rules.limits, signaling::Rules{}.limits);
  EXPECT_TRUE(rules.statement_limits.empty());
  EXPECT_EQ(rules.delegation_max, 0U);
}

TEST(MeetingRules, the_type_of_a_room_says_how_its_list_begins) {
  const signaling::Rules rules = rules_of(RoomConfig{.floor = floor_of(MeetingType::high_level)});
  EXPECT_EQ(rules.type, "high_level");
  EXPECT_EQ(rules.order, signaling::ListOrder::protocol);
  EXPECT_TRUE(rules.list_open);
  EXPECT_EQ(rules.ready_within, seconds(0));
  EXPECT_FALSE(rules_of(RoomConfig{.floor = floor_of(MeetingType::talk)}).list_open);
  EXPECT_EQ(rules_of(RoomConfig{}).type, "");
  EXPECT_FALSE(rules.replies);
  EXPECT_TRUE(rules_of(RoomConfig{}).replies);
}

TEST(MeetingRules, rights_of_reply_wait_where_the_configuration_says) {
  EXPECT_FALSE(rules_of(RoomConfig{}).rights_at_list_end);
  EXPECT_TRUE(rules_of(RoomConfig{.floor = {.rights_at_list_end = true}}).rights_at_list_end);
}

}  // namespace
}  // namespace plenary::server::meeting_rules_test

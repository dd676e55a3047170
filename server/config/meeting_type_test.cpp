#include "server/config/meeting_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/load_config.h"

namespace plenary::server::meeting_type_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Config parsed(std::string_view toml, const Settings& environment = {}) {
  auto config = parse_config(toml, "plenary.toml", environment);
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().at(0).text());
  return config.ok() ? *std::move(config) : Config{};
}

// The table of types: speakers_max, order, list open, approval, time to answer the call, replies.
TEST(MeetingType, each_sets_what_its_floor_begins_with) {
  struct Row {
    MeetingType type;
    std::uint32_t speakers_max;
    FirstOrder order;
    bool list_open;
    bool needs_approval;
    seconds ready_within;
    bool replies;
  };
  const Row rows[] = {{MeetingType::none, 1, FirstOrder::asked, true, false, seconds(30), true},
                      {MeetingType::consultation, 1, FirstOrder::asked, true, false, seconds(30), true},
                      {MeetingType::high_level, 1, FirstOrder::protocol, true, true, seconds(0), false},
                      {MeetingType::round_table, 1, FirstOrder::asked, false, false, seconds(30), true},
                      {MeetingType::policy_dialogue, 6, FirstOrder::asked, true, false, seconds(30), true},
                      {MeetingType::workshop, 6, FirstOrder::asked, true, false, seconds(30), true},
                      {MeetingType::talk, 1, FirstOrder::asked, false, false, seconds(30), false},
                      {MeetingType::ceremony, 1, FirstOrder::asked, false, false, seconds(30), false}};
  for (const Row& row : rows) {
    const std::string word(to_text(row.type));
    const Config config = parsed(word.empty() ? "" : "[floor]\ntype = \"" + word + "\"\n");
    EXPECT_EQ(config.floor.type, row.type) << word;
    EXPECT_EQ(config.floor.speakers_max, row.speakers_max) << word;
    EXPECT_EQ(config.floor.order, row.order) << word;
    EXPECT_EQ(config.floor.list_open, row.list_open) << word;
    EXPECT_EQ(config.floor.needs_approval, row.needs_approval) << word;
    EXPECT_EQ(config.floor.ready_within, row.ready_within) << word;
    EXPECT_EQ(config.floor.replies, row.replies) << word;
    EXPECT_EQ(config.floor.statement, minutes(3)) << word;
  }
}

TEST(MeetingType, a_key_that_is_written_wins_wherever_it_stands) {
  const Config config = parsed(R"([floor]
order = "asked"
ready_within = "20s"
list = "closed"
type = "high_level"
needs_approval = false
replies = true
rights_of_reply_at = "list"
)");
  EXPECT_TRUE(config.floor.replies);
  EXPECT_TRUE(config.floor.rights_at_list_end);
  EXPECT_EQ(config.floor.order, FirstOrder::asked);
  EXPECT_EQ(config.floor.ready_within, seconds(20));
  EXPECT_FALSE(config.floor.list_open);
  EXPECT_FALSE(config.floor.needs_approval);
  const Config by_environment = parsed("[floor]\ntype = \"workshop\"", {{"PLENARY_FLOOR_SPEAKERS_MAX", "2"}});
  EXPECT_EQ(by_environment.floor.speakers_max, 2U);
}

TEST(MeetingType, a_rooms_own_type_goes_before_the_common_one_and_written_keys_before_both) {
  const Config config = parsed(R"([floor]
type = "workshop"
statement = "5m"
[[rooms]]
id = "room-a"
[[rooms]]
id = "room-b"
type = "high_level"
)");
  ASSERT_EQ(config.rooms.size(), 2U);
  EXPECT_EQ(config.rooms[0].floor.type, MeetingType::workshop);
  EXPECT_EQ(config.rooms[0].floor.speakers_max, 6U);
  EXPECT_EQ(config.rooms[1].floor.type, MeetingType::high_level);
  EXPECT_EQ(config.rooms[1].floor.speakers_max, 1U);
  EXPECT_EQ(config.rooms[1].floor.order, FirstOrder::protocol);
  EXPECT_EQ(config.rooms[1].floor.statement, minutes(5));
}

TEST(MeetingType, a_room_has_its_type_without_a_common_section) {
  const Config config = parsed("[[rooms]]\nid = \"room-a\"\ntype = \"talk\"\n");
  EXPECT_FALSE(config.rooms.at(0).floor.list_open);
  EXPECT_TRUE(config.floor.list_open);
}

TEST(MeetingType, an_unknown_one_is_named_with_place_and_hint) {
  const auto config = parse_config(R"([floor]
type = "workshp"
order = "manual"
[[rooms]]
id = "room-a"
type = "party"
)",
                                   "plenary.toml", {});
  ASSERT_FALSE(config.ok());
  std::vector<std::string> faults;
  for (const ConfigFault& fault : config.error()) faults.push_back(fault.text());
  EXPECT_THAT(faults, Contains(AllOf(StartsWith("plenary.toml:2:8: error: floor.type: "), HasSubstr("workshp"),
                                     HasSubstr("did you mean \"workshop\"?"))));
  EXPECT_THAT(faults, Contains(AllOf(StartsWith("plenary.toml:3:9: error: floor.order: "), HasSubstr("balance"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("rooms[0].type: "), HasSubstr("consultation"), HasSubstr("ceremony"))));
}

}  // namespace
}  // namespace plenary::server::meeting_type_test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/load_config.h"

namespace plenary::server::floor_limits_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

TEST(FloorLimits, each_kind_of_request_and_each_category_has_its_own_time) {
  const auto config = parse_config(R"([floor]
statement_government = "5m"
statement_academia = "0s"
question = "45s"
reply = "50s"
right_of_reply = "55s"
point_of_order = "0s"
written = "4m"
delegation_max = 2
)",
                                   "plenary.toml", {});
  ASSERT_TRUE(config.ok()) << config.error().at(0).text();
  EXPECT_THAT(config->floor.statement_by_category,
              ElementsAre(Pair("academia", seconds(0)), Pair("government", minutes(5))));
  EXPECT_EQ(config->floor.statement, minutes(3));
  EXPECT_EQ(config->floor.question, seconds(45));
  EXPECT_EQ(config->floor.reply, seconds(50));
  EXPECT_EQ(config->floor.right_of_reply, seconds(55));
  EXPECT_EQ(config->floor.point_of_order, seconds(0));
  EXPECT_EQ(config->floor.written, minutes(4));
  EXPECT_EQ(config->floor.delegation_max, 2U);
}

TEST(FloorLimits, without_them_no_category_is_another_and_no_delegation_is_limited) {
  const auto config = parse_config("[floor]\nstatement = \"10m\"\n", "plenary.toml", {});
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->floor.statement_by_category, IsEmpty());
  EXPECT_EQ(config->floor.question, minutes(2));
  EXPECT_EQ(config->floor.delegation_max, 0U);
}

TEST(FloorLimits, the_environment_sets_them_too) {
  const Settings environment = {{"PLENARY_FLOOR_STATEMENT_CIVIL_SOCIETY", "4m"}, {"PLENARY_FLOOR_DELEGATION_MAX", "3"}};
  const auto config = parse_config("", "plenary.toml", environment);
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->floor.statement_by_category, ElementsAre(Pair("civil_society", minutes(4))));
  EXPECT_EQ(config->floor.delegation_max, 3U);
}

TEST(FloorLimits, a_bad_one_is_named_with_place_and_hint) {
  const auto config = parse_config(R"([floor]
statement_academia = "3h"
delegation_max = 501
statement_goverment = "5m"
)",
                                   "plenary.toml", {});
  ASSERT_FALSE(config.ok());
  std::vector<std::string> faults;
  for (const ConfigFault& fault : config.error()) faults.push_back(fault.text());
  EXPECT_THAT(faults, Contains(AllOf(StartsWith("plenary.toml:2:22: error: floor.statement_academia: "),
                                     HasSubstr("at most 7200s"))));
  EXPECT_THAT(faults, Contains(AllOf(StartsWith("plenary.toml:3:18: error: floor.delegation_max: 501 is out of range"),
                                     HasSubstr("0 to 500"))));
  EXPECT_THAT(faults, Contains(AllOf(HasSubstr("floor.statement_goverment: there is no such key"),
                                     HasSubstr("did you mean \"statement_government\"?"))));
}

}  // namespace
}  // namespace plenary::server::floor_limits_test

// What somebody's device check came to outlives the server: it is known days ahead.
#include <gtest/gtest.h>

#include "signaling/protocol/desk_test.h"

namespace plenary::signaling::desk_check_test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class DeskCheck : public DeskTest {
 protected:
  void check(PageId page, bool fit) {
    desk_->notify_check(page, CheckResult{.seconds_left = 30, .heard = true, .readiness = {.fit = fit}}, now());
    turn();
  }
  std::uint64_t counter(const std::string& name) {
    for (const auto& [known, value] : desk_->counters()) {
      if (known == name) return value;
    }
    ADD_FAILURE() << "no counter " << name;
    return 0;
  }
};

TEST_F(DeskCheck, stands_beside_the_name_after_a_restart_with_its_hour) {
  const PageId before = joined("mona/moderator");
  check(joined("amina/participant"), true);
  check(joined("li/participant"), false);
  const std::vector<Json> told = notified(before, "check.known");
  ASSERT_EQ(told.size(), 2U);
  time_ += hours(24 * 3);
  open(disk_);
  const PageId after = joined("mona/moderator");
  EXPECT_TRUE(notified(after, "check.known").empty()) << "neither of them is there";
  const PageId amina = joined("amina/participant");
  ASSERT_EQ(notified(after, "check.known").size(), 1U);
  const Json known = notified(after, "check.known")[0];
  EXPECT_EQ(known["participant"], joins_[amina]["participant"]);
  EXPECT_EQ(known["at"], told[0]["at"]);
  EXPECT_EQ(known["readiness"], told[0]["readiness"]);
  joined("li/participant");
  EXPECT_EQ(notified(joined("chris/chair"), "check.known").size(), 2U);
  EXPECT_TRUE(notified(joined("olga/observer"), "check.known").empty());
}

TEST_F(DeskCheck, is_told_once_the_disk_has_it) {
  const PageId mona = joined("mona/moderator");
  const PageId amina = joined("amina/participant");
  hold_ = true;
  check(amina, true);
  EXPECT_TRUE(notified(mona, "check.known").empty());
  release_disk();
  EXPECT_EQ(notified(mona, "check.known").size(), 1U);
}

TEST_F(DeskCheck, is_told_to_its_own_page_also_while_the_disk_fails_and_kept_once_it_works) {
  const PageId mona = joined("mona/moderator");
  const PageId amina = joined("amina/participant");
  disk_works_ = false;
  check(amina, true);
  check(amina, true);
  EXPECT_EQ(notified(amina, "check.result").size(), 2U);
  EXPECT_TRUE(notified(mona, "check.known").empty());
  EXPECT_EQ(counter("checks_refused"), 1U) << "the first one was accepted, and lost";
  disk_works_ = true;
  pass(seconds(2));
  check(amina, true);
  EXPECT_EQ(notified(mona, "check.known").size(), 1U);
}

TEST_F(DeskCheck, is_in_no_state) {
  const PageId mona = joined("mona/moderator");
  const Json before = state(mona);
  check(joined("amina/participant"), true);
  EXPECT_EQ(state(mona)["seq"], before["seq"]);
  EXPECT_EQ(state(mona).dump().find("fit"), std::string::npos);
  EXPECT_TRUE(notified(mona, "meeting.changed").empty());
}

}  // namespace
}  // namespace plenary::signaling::desk_check_test

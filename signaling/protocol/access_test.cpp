// The whole matrix of roles and methods, written down a second time by hand: the table of README.md.
#include "signaling/protocol/access.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace plenary::signaling::access_test {
namespace {

constexpr unsigned kRoles = 9;
constexpr unsigned kMethods = static_cast<unsigned>(kLastMethod) + 1;

const std::set<std::string> kEverybody = {"observer",    "participant", "chair",     "moderator", "technician",
                                          "interpreter", "captioner",   "organiser", "admin"};
const std::set<std::string> kManagers = {"moderator", "admin"};
const std::set<std::string> kGivers = {"chair", "moderator", "admin"};

const std::map<std::string, std::set<std::string>> kExpected = {
    {"meeting.join", kEverybody},
    {"meeting.state", kEverybody},
    {"meeting.open", kManagers},
    {"meeting.suspend", kManagers},
    {"meeting.resume", kManagers},
    {"meeting.close", kManagers},
    {"meeting.audience", kManagers},
    {"meeting.take_over", kGivers},
    {"person.where", kEverybody},
    {"channel.select", kEverybody},
    {"return.sound", {"technician", "admin"}},
    {"floor.request", {"participant"}},
    {"floor.withdraw", {"participant"}},
    {"floor.ready", {"participant", "moderator", "admin"}},
    {"floor.release", {"participant", "chair", "moderator", "admin"}},
    {"floor.speak", kGivers},
    {"floor.approve", kManagers},
    {"floor.deny", kManagers},
    {"floor.pass", kManagers},
    {"floor.prepare", kManagers},
    {"floor.grant", kGivers},
    {"floor.move", kManagers},
    {"floor.pause", kGivers},
    {"floor.resume", kGivers},
    {"floor.mute", kManagers},
    {"floor.unmute", kManagers},
    {"floor.extend", kManagers},
    {"floor.revoke", kGivers},
    {"floor.add", kManagers},
    {"floor.note", kManagers},
    {"floor.reader", kManagers},
    {"floor.text", kEverybody},
    {"floor.undo", kGivers},
    {"list.open", kManagers},
    {"list.close", kManagers},
    {"list.order", kManagers},
    {"people.remove", kManagers},
    {"agenda.set", {"moderator", "organiser", "admin"}},
    {"agenda.select", kManagers},
    {"help.ask", kEverybody},
    {"help.answer", {"technician", "moderator", "admin"}},
    {"help.close", kEverybody},
};

// Fault F2.
TEST(Access, each_role_may_call_what_the_table_says_and_nothing_else) {
  ASSERT_EQ(kExpected.size(), kMethods);
  for (unsigned m = 0; m < kMethods; ++m) {
    const Method method = static_cast<Method>(m);
    const auto row = kExpected.find(std::string(to_text(method)));
    ASSERT_NE(row, kExpected.end()) << to_text(method);
    for (unsigned r = 0; r < kRoles; ++r) {
      const Role role = static_cast<Role>(r);
      EXPECT_EQ(may(role, method), row->second.contains(std::string(to_text(role))))
          << to_text(role) << " " << to_text(method);
    }
  }
}

TEST(Access, names_lead_to_their_methods_and_back) {
  for (unsigned m = 0; m < kMethods; ++m)
    EXPECT_EQ(method_from(to_text(static_cast<Method>(m))), static_cast<Method>(m));
  for (const char* unknown : {"", "floor", "floor.GRANT", "floor.grant ", "meeting.joi", "rpc.discover"}) {
    EXPECT_FALSE(method_from(unknown)) << unknown;
  }
}

TEST(Access, moderators_remove_whom_they_lead_and_admins_remove_everybody) {
  std::set<std::string> removable;
  for (unsigned r = 0; r < kRoles; ++r) {
    const Role whom = static_cast<Role>(r);
    EXPECT_TRUE(may_remove(Role::admin, whom)) << to_text(whom);
    if (may_remove(Role::moderator, whom)) removable.emplace(to_text(whom));
    for (unsigned b = 0; b < kRoles; ++b) {
      const Role by = static_cast<Role>(b);
      EXPECT_TRUE(by == Role::admin || by == Role::moderator || !may_remove(by, whom)) << to_text(by);
    }
  }
  EXPECT_EQ(removable, (std::set<std::string>{"participant", "observer", "interpreter", "captioner"}));
}

TEST(Access, an_audience_admits_whom_it_names) {
  for (unsigned r = 0; r < kRoles; ++r) {
    const Role role = static_cast<Role>(r);
    for (const bool registered : {false, true}) {
      EXPECT_TRUE(may_attend(role, registered, Audience::everyone));
      EXPECT_EQ(may_attend(role, registered, Audience::registered), registered);
      EXPECT_EQ(may_attend(role, registered, Audience::closed), registered && role != Role::observer) << to_text(role);
    }
  }
}

TEST(Access, calls_for_help_are_seen_by_those_who_help_and_by_organisers) {
  std::set<std::string> seeing;
  for (unsigned r = 0; r < kRoles; ++r) {
    if (sees_help(static_cast<Role>(r))) seeing.emplace(to_text(static_cast<Role>(r)));
  }
  EXPECT_EQ(seeing, (std::set<std::string>{"technician", "moderator", "organiser", "admin"}));
}

TEST(Access, private_notes_are_seen_by_those_who_write_them) {
  std::set<std::string> seeing;
  for (unsigned r = 0; r < kRoles; ++r) {
    if (sees_notes(static_cast<Role>(r))) seeing.emplace(to_text(static_cast<Role>(r)));
  }
  EXPECT_EQ(seeing, (std::set<std::string>{"moderator", "admin"}));
}

TEST(Access, texts_are_read_ahead_by_booths_captioners_and_who_has_them_read) {
  std::set<std::string> seeing;
  for (unsigned r = 0; r < kRoles; ++r) {
    if (sees_texts(static_cast<Role>(r))) seeing.emplace(to_text(static_cast<Role>(r)));
  }
  EXPECT_EQ(seeing, (std::set<std::string>{"moderator", "admin", "interpreter", "captioner"}));
}

TEST(Access, the_rooms_status_is_for_those_who_run_it) {
  std::set<std::string> watching;
  for (unsigned r = 0; r < kRoles; ++r) {
    if (watches_room(static_cast<Role>(r))) watching.emplace(to_text(static_cast<Role>(r)));
  }
  EXPECT_EQ(watching, (std::set<std::string>{"technician", "moderator", "admin"}));
}

TEST(Access, interpreters_and_chairs_see_readiness_but_no_room_status) {
  std::set<std::string> seeing;
  for (unsigned r = 0; r < kRoles; ++r) {
    if (sees_readiness(static_cast<Role>(r))) seeing.emplace(to_text(static_cast<Role>(r)));
  }
  EXPECT_EQ(seeing, (std::set<std::string>{"technician", "moderator", "admin", "chair", "interpreter"}));
}

}  // namespace
}  // namespace plenary::signaling::access_test

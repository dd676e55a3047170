// Who is told of a moderator's private note, and who never is.
#include "signaling/protocol/desk_test.h"

namespace plenary::signaling::desk_note_test {
namespace {

class DeskNote : public DeskTest {
 protected:
  bool knows(PageId page) {
    return std::any_of(received_[page].begin(), received_[page].end(),
                       [](const Json& message) { return message.dump().find("for two") != std::string::npos; });
  }
};

TEST_F(DeskNote, is_told_to_moderators_only_and_stands_in_nobodys_state) {
  const PageId li = joined("Li/participant");
  const PageId mona = joined("Mona/moderator");
  std::vector<PageId> others = {li, joined("")};
  for (const char* role : {"chair", "technician", "interpreter", "captioner", "observer", "organiser"}) {
    others.push_back(joined(std::string("Other-") + role + "/" + role));
  }
  const PageId second = joined("Ada/admin");
  const std::string request = ask(li);
  ASSERT_TRUE(call(mona, "floor.note", {{"request", request}, {"text", "Speaks for two"}}).contains("result"));
  for (const PageId page : {mona, second}) {
    const auto told = notified(page, "note.changed");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0]["request"], request);
    EXPECT_EQ(told[0]["text"], "Speaks for two");
    EXPECT_EQ(told[0]["by"], "Mona");
    EXPECT_TRUE(told[0]["at"].is_number());
  }
  call(mona, "floor.grant");
  call(mona, "floor.release");
  for (const PageId page : others) {
    state(page);
    EXPECT_FALSE(knows(page));
    EXPECT_TRUE(notified(page, "note.changed").empty());
  }
  EXPECT_EQ(call(li, "floor.note", {{"request", request}, {"text", "x"}})["error"]["data"]["code"], "role");
}

TEST_F(DeskNote, is_told_again_to_who_joins_and_when_it_is_taken_away) {
  const std::string request = ask(joined("Li/participant"));
  const PageId mona = joined("Mona/moderator");
  call(mona, "floor.note", {{"request", request}, {"text", "Speaks for two"}});
  EXPECT_EQ(notified(joined("Ada/admin"), "note.changed").size(), 1U);
  EXPECT_TRUE(notified(joined("Chris/chair"), "note.changed").empty());
  call(mona, "floor.note", {{"request", request}, {"text", ""}});
  EXPECT_EQ(notified(mona, "note.changed").back(), (Json{{"request", request}, {"text", ""}}));
  EXPECT_TRUE(notified(joined("Ada+2/admin"), "note.changed").empty());
  call(mona, "floor.note", {{"request", request}, {"text", "Speaks for two"}});
  open(disk_);
  EXPECT_EQ(notified(joined("Mona/moderator"), "note.changed").size(), 1U) << "after a restart, too";
}

}  // namespace
}  // namespace plenary::signaling::desk_note_test

// Who may read a written text, and when.
#include "signaling/protocol/desk_test.h"

namespace plenary::signaling::desk_text_test {
namespace {

class DeskText : public DeskTest {
 protected:
  std::string hand_in(PageId page) {
    return call(page, "floor.request",
                {{"key", "k"},
                 {"kind", "written"},
                 {"language", "fr"},
                 {"text", "Le\u200b rapport\n\n\n\n est  bon."}})["result"]["request"];
  }
  // The text, or the word of the refusal.
  std::string read(PageId page, const std::string& request) {
    const Json answer = call(page, "floor.text", {{"request", request}});
    return answer.contains("result") ? answer["result"]["text"] : answer["error"]["data"]["code"];
  }
  bool was_told(PageId page) {
    return std::any_of(received_[page].begin(), received_[page].end(),
                       [](const Json& message) { return message.dump().find("rapport") != std::string::npos; });
  }

  const std::string text_ = "Le rapport\n\nest bon.";
};

TEST_F(DeskText, is_read_ahead_by_those_who_need_it_and_by_all_once_it_was_delivered) {
  const PageId li = joined("Li/participant");
  const PageId mona = joined("Mona/moderator");
  std::vector<PageId> ahead = {li, mona, joined("Ines/interpreter"), joined("Cleo/captioner"), joined("Ada/admin")};
  std::vector<PageId> others = {joined("Other/participant"), joined("")};
  for (const char* role : {"chair", "technician", "observer", "organiser"}) {
    others.push_back(joined(std::string("Other-") + role + "/" + role));
  }
  const std::string request = hand_in(li);
  ASSERT_TRUE(call(mona, "floor.reader", {{"request", request}, {"reader", "Rosa Reader"}}).contains("result"));
  const auto look = [&](bool delivered) {
    for (const PageId page : ahead) EXPECT_EQ(read(page, request), text_);
    for (const PageId page : others) EXPECT_EQ(read(page, request), delivered ? text_ : "not_delivered");
  };
  look(false);
  const Json row = state(others[0])["queue"][0];
  EXPECT_EQ(row["has_text"], true);
  EXPECT_EQ(row["reader"], "Rosa Reader");
  call(mona, "floor.grant");
  EXPECT_EQ(state(others[0])["floor"][0]["state"], "on_air");
  look(false);
  for (const PageId page : others) EXPECT_FALSE(was_told(page)) << "in no state and in no notification";
  EXPECT_TRUE(state(others[0])["delivered"].empty());
  call(mona, "floor.release");
  look(true);
  const Json delivered = state(others[0])["delivered"];
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0]["request"], request);
  EXPECT_EQ(delivered[0]["person"]["name"], "Li");
  EXPECT_EQ(delivered[0]["reader"], "Rosa Reader");
}

TEST_F(DeskText, an_undo_of_the_delivery_shuts_it_again) {
  const PageId li = joined("Li/participant");
  const PageId mona = joined("Mona/moderator");
  const PageId other = joined("Other/participant");
  const std::string request = hand_in(li);
  call(mona, "floor.grant");
  call(mona, "floor.release");
  EXPECT_EQ(read(other, request), text_);
  call(mona, "floor.undo");
  EXPECT_EQ(read(other, request), "not_delivered");
}

TEST_F(DeskText, of_what_was_not_written_there_is_none) {
  const PageId li = joined("Li/participant");
  const PageId mona = joined("Mona/moderator");
  EXPECT_EQ(read(mona, ask(li)), "no_text");
  EXPECT_EQ(read(mona, "r-77"), "no_text");
  EXPECT_EQ(call(li, "floor.reader", {{"request", "r-1"}, {"reader", "x"}})["error"]["data"]["code"], "role");
}

TEST_F(DeskText, one_that_is_too_long_is_refused_and_not_cut) {
  const PageId li = joined("Li/participant");
  const Json answer = call(li, "floor.request",
                           {{"key", "k"}, {"kind", "written"}, {"language", "fr"}, {"text", std::string(3'001, 'x')}});
  EXPECT_EQ(answer["error"]["code"], -32602);
  EXPECT_EQ(answer["error"]["data"]["code"], "text_too_long");
}

}  // namespace
}  // namespace plenary::signaling::desk_text_test

// Whoever calls, whatever they call, in each of the five states that a meeting is in: what comes of it, as one table.
// Nothing of it is computed by what it is held against.
#include <array>
#include <set>
#include <sstream>

#include "signaling/protocol/access.h"
#include "signaling/protocol/desk_test.h"

namespace plenary::signaling::desk_matrix_test {
namespace {

using std::chrono::seconds;

constexpr std::array kStates = {"scheduled", "rehearsal", "live", "suspended", "closed"};
constexpr std::size_t kReused = 200;  // a page may send 40 messages at once, and calls once in twelve
constexpr std::size_t kMethods = static_cast<std::size_t>(kLastMethod) + 1;

// The nine roles; those of a participant are three: one who has no part in the list, the owner of $called, and the
// speaker of $speaking, to whom the link says that they are in the room. Who came without a link is `anonymous`.
const std::map<std::string, std::string> kCallers = {{"anonymous", ""},
                                                     {"observer", "Oscar/observer"},
                                                     {"participant", "Olga/participant"},
                                                     {"owner", "Amina/participant"},
                                                     {"speaker", "Sam/participant/room"},
                                                     {"chair", "Cara/chair"},
                                                     {"moderator", "Mona/moderator"},
                                                     {"technician", "Tech/technician"},
                                                     {"interpreter", "Inge/interpreter"},
                                                     {"captioner", "Carl/captioner"},
                                                     {"organiser", "Orla/organiser"},
                                                     {"admin", "Ada/admin"}};

// A call, and under it for whom it comes to what, in the order of kStates. `done`: it is on the disk and acknowledged;
// `same`: acknowledged, and nothing had to be saved; any other word is a refusal's. Callers who are not named are
// refused by their role. On the list are $called in the green room, $waiting, $written (a text), and $pending, not
// approved yet; $speaking has the floor where there is one, and waits in a scheduled meeting. The last act of the
// moderator's was the choice of the order.
constexpr std::string_view kTable = R"(
meeting.join {}
  everybody: joined_already joined_already joined_already joined_already joined_already
meeting.state {}
  everybody: same same same same same
meeting.open {}
  moderator admin: done done same meeting_suspended done
meeting.open {"rehearsal":true}
  moderator admin: done same meeting_live meeting_suspended done
meeting.suspend {}
  moderator admin: meeting_not_live meeting_not_live done same meeting_not_live
meeting.resume {}
  moderator admin: meeting_not_suspended meeting_not_suspended same done meeting_not_suspended
meeting.close {}
  moderator admin: done done done done same
meeting.audience {"audience":"registered"}
  moderator admin: done done done done done
meeting.audience {"audience":"public"}
  moderator admin: same same same same same
meeting.take_over {}
  chair moderator admin: done done done done done
person.where {"where":"room"}
  owner: done done done done done
  anonymous observer participant chair moderator technician interpreter captioner organiser admin: same same same same same
  speaker: same same same same same
person.where {"where":"remote"}
  speaker: where_fixed where_fixed where_fixed where_fixed where_fixed
  anonymous observer participant owner chair moderator technician interpreter captioner organiser admin: same same same same same
channel.select {"language":"fr"}
  everybody: same same same same same
return.sound {"started":true}
  technician admin: same same same same same
floor.request {"key":"k","kind":"statement","language":"en"}
  participant: done done done done meeting_closed
  owner speaker: already_asked already_asked already_asked already_asked meeting_closed
floor.request {"key":"k","kind":"point_of_order","language":"en"}
  participant owner speaker: done done done done meeting_closed
floor.request {"key":"k","kind":"reply","language":"en"}
  participant: nobody_to_reply_to done done done meeting_closed
  owner speaker: already_asked already_asked already_asked already_asked meeting_closed
floor.request {"key":"k","kind":"written","language":"en","text":"One."}
  participant: done done done done meeting_closed
  owner speaker: already_asked already_asked already_asked already_asked meeting_closed
floor.withdraw {"request":"$called"}
  owner: done done done done ended
  participant speaker: not_yours not_yours not_yours not_yours ended
floor.withdraw {"request":"$speaking"}
  speaker: done on_floor on_floor on_floor ended
  participant owner: not_yours not_yours not_yours not_yours ended
floor.ready {"request":"$called"}
  owner moderator admin: done done done done ended
  participant speaker: not_yours not_yours not_yours not_yours ended
floor.ready {"request":"$waiting"}
  moderator admin: not_called not_called not_called not_called ended
  participant owner speaker: not_yours not_yours not_yours not_yours ended
floor.release {}
  speaker chair moderator admin: nobody_speaks done done done nobody_speaks
  participant owner: nobody_speaks nobody_speaks nobody_speaks nobody_speaks nobody_speaks
floor.release {"request":"$speaking"}
  speaker chair moderator admin: not_on_floor done done done ended
  participant owner: not_on_floor not_yours not_yours not_yours ended
floor.speak {"key":"k"}
  chair moderator admin: meeting_not_open done done meeting_suspended meeting_closed
floor.approve {"request":"$pending"}
  moderator admin: done done done done ended
floor.approve {"request":"$waiting"}
  moderator admin: approved_already approved_already approved_already approved_already ended
floor.deny {"request":"$waiting"}
  moderator admin: done done done done ended
floor.deny {"request":"$speaking"}
  moderator admin: done on_floor on_floor on_floor ended
floor.pass {"request":"$waiting"}
  moderator admin: done done done done ended
floor.pass {"request":"$pending"}
  moderator admin: needs_approval needs_approval needs_approval needs_approval ended
floor.prepare {"request":"$waiting"}
  moderator admin: done done done done ended
floor.prepare {"request":"$called"}
  moderator admin: called_already called_already called_already called_already ended
floor.grant {}
  chair moderator admin: meeting_not_open done done meeting_suspended meeting_closed
floor.grant {"request":"$waiting"}
  chair moderator admin: meeting_not_open done done meeting_suspended meeting_closed
floor.grant {"request":"$pending","override":true}
  chair moderator admin: meeting_not_open needs_approval needs_approval meeting_suspended meeting_closed
floor.move {"request":"$waiting","before":null}
  moderator admin: done done done done ended
floor.move {"request":"$waiting","before":"$speaking"}
  moderator admin: done on_floor on_floor on_floor ended
floor.pause {}
  chair moderator admin: nobody_speaks done done paused_already nobody_speaks
floor.resume {}
  chair moderator admin: meeting_not_open not_paused not_paused meeting_suspended meeting_closed
floor.mute {}
  moderator admin: nobody_speaks done done done nobody_speaks
floor.unmute {"request":"$speaking"}
  moderator admin: not_on_floor same same same ended
floor.extend {"seconds":30}
  moderator admin: nobody_speaks done done done nobody_speaks
floor.extend {"request":"$waiting","seconds":30}
  moderator admin: done done done done ended
floor.revoke {"request":"$speaking"}
  chair moderator admin: not_on_floor done done done ended
floor.add {"name":"N","category":"","where":"room","kind":"statement"}
  moderator admin: done done done done meeting_closed
floor.note {"request":"$waiting","text":"Speaks for two"}
  moderator admin: done done done done ended
floor.reader {"request":"$written","reader":"Rosa Reader"}
  moderator admin: done done done done ended
floor.text {"request":"$written"}
  moderator admin interpreter captioner: same same same same same
  anonymous observer participant owner speaker: not_delivered not_delivered not_delivered not_delivered not_delivered
  chair technician organiser: not_delivered not_delivered not_delivered not_delivered not_delivered
floor.undo {}
  moderator admin: done done done done done
  chair: not_yours not_yours not_yours not_yours not_yours
list.open {}
  moderator admin: same same same same meeting_closed
list.close {}
  moderator admin: done done done done same
list.order {"order":"balance"}
  moderator admin: done done done done done
people.remove {"participant":"$listener"}
  moderator admin: done done done done done
people.remove {"participant":"$staff"}
  moderator: not_removable not_removable not_removable not_removable not_removable
  admin: done done done done done
agenda.set {"items":[{"item":"4a","title":"Connectivity"}]}
  moderator organiser admin: done done done done done
agenda.select {"item":"2"}
  moderator admin: done done done done done
help.ask {"text":"No sound"}
  everybody: done done done done done
help.answer {"help":"$help","text":"Coming"}
  technician moderator admin: done done done done done
help.close {"help":"$help"}
  owner technician moderator admin: done done done done done
  anonymous observer participant speaker chair interpreter: not_yours not_yours not_yours not_yours not_yours
  captioner organiser: not_yours not_yours not_yours not_yours not_yours
)";

using Words = std::array<std::string, kStates.size()>;

struct Row {
  std::string method;
  std::string params;
  std::map<std::string, Words> outcomes;  // by caller
};

std::vector<Row> rows() {
  std::vector<Row> rows;
  std::istringstream table{std::string(kTable)};
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    if (line.starts_with("  ")) {
      std::set<std::string> callers;
      for (std::string caller; words >> caller;) {
        const bool last = caller.ends_with(':');
        if (last) caller.pop_back();
        if (caller == "everybody") {
          for (const auto& [name, token] : kCallers) callers.insert(name);
        } else {
          EXPECT_TRUE(kCallers.contains(caller)) << line;
          callers.insert(caller);
        }
        if (last) break;
      }
      Words outcome;
      for (std::string& word : outcome) words >> word;
      EXPECT_TRUE(words && (words >> std::ws).eof()) << line << ": a word for each state";
      for (const std::string& caller : callers) {
        EXPECT_TRUE(rows.back().outcomes.emplace(caller, outcome).second) << caller << " twice under " << line;
      }
    } else if (!line.empty()) {
      Row& row = rows.emplace_back();
      words >> row.method >> std::ws;
      std::getline(words, row.params);
    }
  }
  return rows;
}

class DeskMatrix : public DeskTest {
 protected:
  // A room in that state as the table tells it. One in which nothing was done since is as good as a new one.
  void enter(std::size_t state) {
    if (entered_ == state && ++reused_ < kReused) return;
    reused_ = 0;
    received_.clear();
    slow_.clear();
    joins_.clear();
    known_.clear();
    disk_.clear();
    DeskConfig config;
    config.rules = {.meeting = "room-a",
                    .room = "room-a",
                    .title = "Room A",
                    .languages = {"en", "fr"},
                    .agenda = {"Opening", "Reports"},
                    .needs_approval = true,
                    .opens_live = state >= 2};
    desk_ = Desk::open(config, std::vector<StoredEvent>{}, check_token, random_, now()).value();
    desk_->handle_return(true, now());
    const PageId mona = page_of("moderator");
    if (state == 1) do_as(mona, "meeting.open", {{"rehearsal", true}});
    names_["$speaking"] = approved(page_of("speaker"));
    if (state != 0) do_as(mona, "floor.grant", {{"request", names_["$speaking"]}});
    names_["$called"] = approved(page_of("owner"));
    names_["$waiting"] = approved(enters("Li/participant"));
    const Json text = {{"key", "text"}, {"kind", "written"}, {"language", "en"}, {"text", "One."}};
    names_["$written"] = do_as(enters("Wanda/participant"), "floor.request", text)["request"];
    do_as(mona, "floor.approve", {{"request", names_["$written"]}});
    names_["$pending"] = ask(enters("Petra/participant"));
    do_as(mona, "floor.prepare", {{"request", names_["$called"]}});
    names_["$help"] = do_as(page_of("owner"), "help.ask", {{"text", "No sound"}})["help"];
    names_["$listener"] = joins_[enters("Leo/observer")]["participant"];
    names_["$staff"] = joins_[page_of("technician")]["participant"];
    if (state == 3) do_as(mona, "meeting.suspend");
    if (state == 4) do_as(mona, "meeting.close");
    do_as(mona, "list.order", {{"order", "asked"}});
    ASSERT_EQ(to_text(desk_->meeting().state().state), kStates.at(state));
    entered_ = state;
  }
  std::string outcome(const Row& row, const std::string& caller) {
    const PageId page = page_of(caller);
    std::string params = row.params;
    for (const auto& [name, id] : names_) {
      if (const std::size_t at = params.find(name); at != std::string::npos) params.replace(at, name.size(), id);
    }
    EXPECT_EQ(params.find('$'), std::string::npos) << params;
    const std::size_t saved = disk_.size();
    const Json answer = call(page, row.method, Json::parse(params));
    if (disk_.size() != saved) entered_.reset();
    if (answer.contains("error")) {
      EXPECT_EQ(disk_.size(), saved) << "a refusal changes nothing";
      return answer["error"]["data"]["code"];
    }
    return answer.contains("result") ? disk_.size() > saved ? "done" : "same" : "no answer";
  }

 private:
  PageId page_of(const std::string& caller) {
    const auto known = known_.find(caller);
    return known != known_.end() ? known->second : known_.emplace(caller, enters(kCallers.at(caller))).first->second;
  }
  // Changes are not for them: only answers are looked at, and to read thousands of changes takes a minute.
  PageId enters(const std::string& token) {
    const PageId page = joined(token);
    slow_.insert(page);
    return page;
  }
  Json do_as(PageId page, const std::string& method, const Json& params = Json::object()) {
    const Json answer = call(page, method, params);
    EXPECT_TRUE(answer.contains("result")) << method << answer;
    return answer.value("result", Json::object());
  }
  std::string approved(PageId page) {
    std::string request = ask(page);
    do_as(page_of("moderator"), "floor.approve", {{"request", request}});
    return request;
  }

  std::optional<std::size_t> entered_;
  std::size_t reused_ = 0;
  std::map<std::string, PageId> known_;
  std::map<std::string, std::string> names_;
};

// Fault F2.
TEST_F(DeskMatrix, every_call_by_every_role_in_every_state_does_what_the_table_says) {
  const std::vector<Row> table = rows();
  std::set<std::string> methods;
  std::size_t combinations = 0;
  for (std::size_t state = 0; state < kStates.size(); ++state) {
    for (const Row& row : table) {
      methods.insert(row.method);
      for (const auto& [caller, token] : kCallers) {
        const auto named = row.outcomes.find(caller);
        const std::string expected = named == row.outcomes.end() ? "role" : named->second.at(state);
        ASSERT_NO_FATAL_FAILURE(enter(state));
        EXPECT_EQ(outcome(row, caller), expected)
            << caller << " calls " << row.method << " " << row.params << " in a meeting " << kStates.at(state);
        ++combinations;
      }
    }
  }
  EXPECT_EQ(methods.size(), kMethods) << "a method is missing";
  EXPECT_EQ(combinations, table.size() * kCallers.size() * kStates.size());
}

}  // namespace
}  // namespace plenary::signaling::desk_matrix_test

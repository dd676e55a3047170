// Every state against every act of a moderator and of the owner, as one table: what it becomes, or the word of refusal.
#include <gtest/gtest.h>

#include <map>

#include "signaling/meeting/bench.h"

namespace plenary::signaling::transitions_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// A request brought into a state, alone on the list but for somebody behind it.
struct Scene {
  Bench bench;
  ParticipantId owner{};
  RequestId request{};
};

std::unique_ptr<Scene> in_state(RequestState state) {
  auto c = std::make_unique<Scene>();
  if (state == RequestState::pending) {
    c->bench = Bench({.meeting = "m", .room = "m", .title = "", .languages = {}, .needs_approval = true});
  }
  if (state == RequestState::expired) {
    c->bench = Bench({.meeting = "m", .room = "m", .title = "", .languages = {}, .overtime_max = seconds(10)});
  }
  Bench& bench = c->bench;
  c->owner = bench.person("Amina");
  c->request = bench.ask(c->owner);
  bench.ask(bench.person("Li"));
  const RequestId r = c->request;
  const auto silence = [&] {
    bench.meeting().handle_uplink_silent(c->owner, bench.now().monotonic, bench.now());
    bench.pass(seconds(2));
  };
  switch (state) {
    case RequestState::pending:
    case RequestState::queued:
      break;
    case RequestState::standby:
      (void)bench.moderate(act::Prepare{r, ""});
      break;
    case RequestState::granted:
      (void)bench.moderate(act::Grant{r, false});
      break;
    case RequestState::on_air:
      bench.bring_on_air(r);
      break;
    case RequestState::paused:
      bench.bring_on_air(r);
      (void)bench.moderate(act::Pause{r});
      break;
    case RequestState::held:
      bench.bring_on_air(r);
      silence();
      break;
    case RequestState::released:
      bench.bring_on_air(r);
      (void)bench.moderate(act::Release{r});
      break;
    case RequestState::revoked:
      bench.bring_on_air(r);
      (void)bench.moderate(act::Revoke{r, ""});
      break;
    case RequestState::denied:
      (void)bench.moderate(act::Deny{r, ""});
      break;
    case RequestState::withdrawn:
      (void)bench.by(c->owner, act::Withdraw{r});
      break;
    case RequestState::lapsed:
      bench.meeting().handle_disconnected(c->owner, bench.now());
      bench.pass(minutes(2));
      break;
    case RequestState::expired:
      bench.bring_on_air(r);
      bench.pass(minutes(3) + seconds(10));
      break;
  }
  return c;
}

struct Row {
  const char* act;
  std::map<std::string, std::string> outcome;  // from state to state, or to the refusal's word
};

// Where an act's row names none of them itself.
const std::map<std::string, std::string> kEnded = {{"released", "ended"},  {"revoked", "ended"}, {"denied", "ended"},
                                                   {"withdrawn", "ended"}, {"lapsed", "ended"},  {"expired", "ended"}};

const std::vector<Row> kTable = {
    {"withdraw",
     {{"pending", "withdrawn"},
      {"queued", "withdrawn"},
      {"standby", "withdrawn"},
      {"granted", "on_floor"},
      {"on_air", "on_floor"},
      {"paused", "on_floor"},
      {"held", "on_floor"}}},
    {"ready",
     {{"pending", "not_called"},
      {"queued", "not_called"},
      {"standby", "standby"},
      {"granted", "granted"},
      {"on_air", "on_air"},
      {"paused", "paused"},
      {"held", "held"}}},
    {"release",
     {{"pending", "not_on_floor"},
      {"queued", "not_on_floor"},
      {"standby", "not_on_floor"},
      {"granted", "released"},
      {"on_air", "released"},
      {"paused", "released"},
      {"held", "released"}}},
    {"approve",
     {{"pending", "queued"},
      {"queued", "approved_already"},
      {"standby", "approved_already"},
      {"granted", "approved_already"},
      {"on_air", "approved_already"},
      {"paused", "approved_already"},
      {"held", "approved_already"}}},
    {"deny",
     {{"pending", "denied"},
      {"queued", "denied"},
      {"standby", "denied"},
      {"granted", "on_floor"},
      {"on_air", "on_floor"},
      {"paused", "on_floor"},
      {"held", "on_floor"}}},
    {"pass",
     {{"pending", "needs_approval"},
      {"queued", "queued"},
      {"standby", "queued"},
      {"granted", "on_floor"},
      {"on_air", "on_floor"},
      {"paused", "on_floor"},
      {"held", "on_floor"}}},
    {"prepare",
     {{"pending", "needs_approval"},
      {"queued", "standby"},
      {"standby", "called_already"},
      {"granted", "on_floor"},
      {"on_air", "on_floor"},
      {"paused", "on_floor"},
      {"held", "on_floor"}}},
    {"grant",
     {{"pending", "needs_approval"},
      {"queued", "granted"},
      {"standby", "granted"},
      {"granted", "granted_already"},
      {"on_air", "granted_already"},
      {"paused", "granted_already"},
      {"held", "granted_already"}}},
    {"move",
     {{"pending", "pending"},
      {"queued", "queued"},
      {"standby", "standby"},
      {"granted", "on_floor"},
      {"on_air", "on_floor"},
      {"paused", "on_floor"},
      {"held", "on_floor"}}},
    {"pause",
     {{"pending", "not_on_floor"},
      {"queued", "not_on_floor"},
      {"standby", "not_on_floor"},
      {"granted", "not_on_air"},
      {"on_air", "paused"},
      {"paused", "paused_already"},
      {"held", "not_on_air"}}},
    {"resume",
     {{"pending", "not_paused"},
      {"queued", "not_paused"},
      {"standby", "not_paused"},
      {"granted", "not_paused"},
      {"on_air", "not_paused"},
      {"paused", "on_air"},
      {"held", "not_paused"}}},
    {"mute",
     {{"pending", "not_on_floor"},
      {"queued", "not_on_floor"},
      {"standby", "not_on_floor"},
      {"granted", "granted"},
      {"on_air", "on_air"},
      {"paused", "paused"},
      {"held", "held"}}},
    {"unmute",
     {{"pending", "not_on_floor"},
      {"queued", "not_on_floor"},
      {"standby", "not_on_floor"},
      {"granted", "granted"},
      {"on_air", "on_air"},
      {"paused", "paused"},
      {"held", "held"}}},
    {"extend",
     {{"pending", "pending"},
      {"queued", "queued"},
      {"standby", "standby"},
      {"granted", "granted"},
      {"on_air", "on_air"},
      {"paused", "paused"},
      {"held", "held"}}},
    {"revoke",
     {{"pending", "not_on_floor"},
      {"queued", "not_on_floor"},
      {"standby", "not_on_floor"},
      {"granted", "revoked"},
      {"on_air", "revoked"},
      {"paused", "revoked"},
      {"held", "revoked"}}},
    // As chair, beside what they asked for as a participant: that stays as it is, ended or not.
    {"speak",
     {{"pending", "pending"},
      {"queued", "queued"},
      {"standby", "standby"},
      {"granted", "granted_already"},
      {"on_air", "granted_already"},
      {"paused", "granted_already"},
      {"held", "granted_already"},
      {"released", "released"},
      {"revoked", "revoked"},
      {"denied", "denied"},
      {"withdrawn", "withdrawn"},
      {"lapsed", "lapsed"},
      {"expired", "expired"}}},
    {"note",
     {{"pending", "pending"},
      {"queued", "queued"},
      {"standby", "standby"},
      {"granted", "granted"},
      {"on_air", "on_air"},
      {"paused", "paused"},
      {"held", "held"}}},
    {"reader",
     {{"pending", "not_written"},
      {"queued", "not_written"},
      {"standby", "not_written"},
      {"granted", "not_written"},
      {"on_air", "not_written"},
      {"paused", "not_written"},
      {"held", "not_written"}}},
};

Result<Accepted, Refusal> perform(Scene& c, const std::string& name) {
  const RequestId r = c.request;
  if (name == "withdraw") return c.bench.by(c.owner, act::Withdraw{r});
  if (name == "ready") return c.bench.by(c.owner, act::Ready{r});
  if (name == "release") return c.bench.moderate(act::Release{r});
  if (name == "approve") return c.bench.moderate(act::Approve{r, ""});
  if (name == "deny") return c.bench.moderate(act::Deny{r, ""});
  if (name == "pass") return c.bench.moderate(act::Pass{r, ""});
  if (name == "prepare") return c.bench.moderate(act::Prepare{r, ""});
  if (name == "grant") return c.bench.moderate(act::Grant{r, false});
  if (name == "move") return c.bench.moderate(act::Move{r, {}});
  if (name == "pause") return c.bench.moderate(act::Pause{r});
  if (name == "resume") return c.bench.moderate(act::Resume{r});
  if (name == "mute") return c.bench.moderate(act::Mute{r, true});
  if (name == "unmute") return c.bench.moderate(act::Mute{r, false});
  if (name == "speak") return c.bench.act(act::Speak{"key"}, {c.owner, Role::chair});
  if (name == "note") return c.bench.moderate(act::Note{r, "Speaks for two"});
  if (name == "reader") return c.bench.moderate(act::NameReader{r, "Rosa Reader"});
  if (name == "extend") return c.bench.moderate(act::Extend{r, seconds(30)});
  return c.bench.moderate(act::Revoke{r, "reason"});
}

// Fault F2.
TEST(Transitions, every_act_in_every_state_does_what_the_table_says) {
  for (const Row& row : kTable) {
    auto outcomes = row.outcome;
    outcomes.insert(kEnded.begin(), kEnded.end());
    ASSERT_EQ(outcomes.size(), 13U) << row.act;
    for (const auto& [from, expected] : outcomes) {
      const std::unique_ptr<Scene> c = in_state(*request_state_from(from));
      ASSERT_EQ(to_text(c->bench.state_of(c->request)), from);
      const State before = c->bench.state();
      const Result<Accepted, Refusal> result = perform(*c, row.act);
      if (request_state_from(expected)) {
        ASSERT_TRUE(result) << row.act << " in " << from << ": " << result.error().word;
        EXPECT_EQ(to_text(c->bench.state_of(c->request)), expected) << row.act << " in " << from;
      } else {
        ASSERT_FALSE(result) << row.act << " in " << from;
        EXPECT_EQ(result.error().word, expected) << row.act << " in " << from;
        EXPECT_EQ(c->bench.state(), before) << "a refusal changes nothing";
        EXPECT_FALSE(result.error().sentence.empty());
      }
    }
  }
}

TEST(Transitions, no_act_finds_a_request_that_never_was) {
  for (const Row& row : kTable) {
    if (row.act == std::string("speak")) continue;  // names none
    const std::unique_ptr<Scene> c = in_state(RequestState::queued);
    c->request = RequestId{4711};
    const Result<Accepted, Refusal> result = perform(*c, row.act);
    ASSERT_FALSE(result) << row.act;
    EXPECT_EQ(result.error().code, RefusalCode::not_found) << row.act;
  }
}

TEST(Transitions, routing_follows_the_state_and_nothing_else) {
  struct Expected {
    const char* state;
    bool listed, in_return, to_viewers;
  };
  for (const Expected& expected :
       {Expected{"queued", false, false, false}, Expected{"standby", true, false, false},
        Expected{"granted", true, true, false}, Expected{"on_air", true, true, true},
        Expected{"paused", true, false, false}, Expected{"held", true, true, true},
        Expected{"released", false, false, false}, Expected{"revoked", false, false, false}}) {
    const std::unique_ptr<Scene> c = in_state(*request_state_from(expected.state));
    const std::vector<Speaker> all = speakers(c->bench.state());
    ASSERT_EQ(all.size(), expected.listed ? 1U : 0U) << expected.state;
    if (!expected.listed) continue;
    EXPECT_EQ(all[0].in_return, expected.in_return) << expected.state;
    EXPECT_EQ(all[0].to_viewers, expected.to_viewers) << expected.state;
  }
}

TEST(Transitions, media_is_taken_from_standby_on_and_from_the_first_in_the_queue) {
  Bench bench;
  const ParticipantId amina = bench.person("Amina");
  const ParticipantId li = bench.person("Li");
  const ParticipantId olga = bench.person("Olga");
  const RequestId first = bench.ask(amina);
  const RequestId second = bench.ask(li);
  EXPECT_EQ(publishing_request(bench.state(), amina)->id, first);
  EXPECT_EQ(publishing_request(bench.state(), li), nullptr);
  EXPECT_EQ(publishing_request(bench.state(), olga), nullptr);
  ASSERT_TRUE(bench.moderate(act::Prepare{first, ""}));
  EXPECT_EQ(publishing_request(bench.state(), amina)->id, first);
  EXPECT_EQ(publishing_request(bench.state(), li)->id, second);
}

}  // namespace
}  // namespace plenary::signaling::transitions_test

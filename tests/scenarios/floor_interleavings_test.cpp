// Participants, two moderators, failing connections, a failing disk, clocks that are set and kill -9, in every order
// that a seed gives. After each step what the floor promises is checked, and what is shown is compared with the fold of
// what is on disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "signaling/meeting/bench.h"
#include "signaling/meeting/event_json.h"
#include "signaling/meeting/fold.h"
#include "tests/scenarios/promised_order.h"

namespace plenary::signaling::floor_interleavings_test {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kSeeds = 60;  // PLENARY_SEEDS in the environment; script/test --long has ten thousand
constexpr std::uint64_t kRequests = 200;
constexpr int kSteps = 5'000;  // at most: a disk that fails for long lets nobody ask
constexpr ParticipantId kModerators[] = {ParticipantId{999'998}, ParticipantId{999'999}};
constexpr int kFewPeople = 7, kManyPeople = 40;

class Storm {
 public:
  explicit Storm(std::uint64_t seed)
      : random_(seed), bench_(rules(seed)), people_here_(seed % 2 == 0 ? kFewPeople : kManyPeople) {
    folded_ = bench_.state();
    for (int i = 0; i < people_here_; ++i) join(i);
  }

  void step() {
    switch (random_() % 20) {
      case 0:
      case 1:
      case 2:
        return ask();
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
        return moderate();
      case 8:
        return random_() % 2 == 0 ? own() : chair();
      case 9:
      case 10:
      case 11:
        return media();
      case 12:
        return page();
      case 13:
        return disk();
      case 14:
      case 15:
        return undo();
      case 16:
        return run_meeting();
      case 17:
        if (random_() % 4 == 0) return step_clock();
        [[fallthrough]];
      default:
        return bench_.pass(milliseconds(random_() % 20'000));
    }
  }

  void check() {
    const State& state = bench_.state();
    std::size_t on_air = 0, chairs = 0;
    std::set<std::pair<ParticipantId, RequestKind>> asked;  // kinds that stand for their class
    std::set<ParticipantId> leading;
    for (const auto& [id, request] : state.open) {
      ASSERT_TRUE(is_open(request.state));
      on_air += request.state == RequestState::on_air && !is_chair(request) ? 1 : 0;
      chairs += is_chair(request) ? 1 : 0;
      ASSERT_TRUE(!is_chair(request) || holds_floor(request.state)) << "a chair who waits";
      ASSERT_TRUE(!is_chair(request) || request.limit == Milliseconds{0}) << "a chair with a limit";
      if (request.state == RequestState::on_air) {
        ASSERT_GT(request.granted_at, Moment{}) << "on air without a grant";
      }
      ASSERT_EQ(request.running_since.has_value(), request.state == RequestState::on_air);
      const bool apart = is_chair(request) || request.kind == RequestKind::point_of_order;
      const RequestKind stands_for = apart ? request.kind : RequestKind::statement;
      ASSERT_TRUE(asked.insert({request.person.id, stands_for}).second) << "twice on the list";
      if (is_chair(request)) leading.insert(request.person.id);
      if (is_waiting(request.state) && !request.person.identity.empty()) {
        ASSERT_EQ(request.person.where, state.people.at(request.person.identity).where) << "in two places";
      }
    }
    ASSERT_LE(on_air, bench_.meeting().rules().speakers_max) << "not counting chairs";
    ASSERT_LE(chairs, kMaxChairs);
    for (const auto& [id, request] : state.open) {
      const bool twice = !is_chair(request) && holds_floor(request.state) && leading.contains(request.person.id);
      ASSERT_FALSE(twice) << "one microphone, two speeches";
    }
    ASSERT_FALSE(state.last && is_chair(*state.last));
    ASSERT_FALSE(state.spoken_by_kind.contains(RequestKind::chair));
    ASSERT_TRUE(state.item.empty() || has_item(state, state.item)) << "an item that is not there";
    check_meeting(state);
    check_order(state);
    check_routing(state);
    check_disk(state);
  }

  [[nodiscard]] std::uint64_t requests() const { return bench_.state().next_request - 1; }

  // Everything still goes when the storm is over.
  void settle() {
    bench_.mend_disk();
    bench_.release_disk();
    bench_.pass(std::chrono::seconds(3));
    if (bench_.state().state == MeetingState::suspended) {
      ASSERT_TRUE(bench_.moderate(act::ResumeMeeting{}));
    }
    ASSERT_TRUE(bench_.moderate(act::OpenMeeting{}));
    ASSERT_TRUE(bench_.moderate(act::OpenList{true}));
    check();
  }

 private:
  static Rules rules(std::uint64_t seed) {
    Rules rules{.meeting = "m", .room = "m", .title = "", .languages = {"en"}};
    rules.speakers_max = seed % 3 == 0 ? 3 : 1;
    rules.needs_approval = seed % 4 == 0;
    rules.opens_live = seed % 7 != 0;
    if (seed % 2 == 0) rules.agenda = {"One", "Two", "Three"};
    rules.rights_at_list_end = seed % 6 == 0;
    rules.overtime_max = seed % 5 == 0 ? std::chrono::seconds(20) : std::chrono::seconds(0);
    return rules;
  }

  std::string name(int i) const { return "person " + std::to_string(i); }
  void join(int i) {
    const Person* known = bench_.meeting().find_person("sub:" + name(i));
    const Where where = known != nullptr ? known->where : i == 0 ? Where::room : Where::remote;
    people_[i] = bench_.person(name(i), where, static_cast<Category>(i % 6), i % 4);
    ++pages_[i];
  }
  ParticipantId somebody() { return people_[static_cast<int>(random_() % static_cast<unsigned>(people_here_))]; }
  RequestId some_request() {
    const std::uint64_t known = bench_.state().next_request;
    const std::uint64_t back = random_() % 8;  // mostly among the last, sometimes one that never was
    return RequestId{known > back ? known - back : 1};
  }

  void note(const Result<Accepted, Refusal>& result) {
    if (result && result.value().answer.request)
      promised_.push_back({result.value().ticket, *result.value().answer.request});
  }

  void ask() {
    act::RequestFloor act = bench_.ask_act(static_cast<RequestKind>(random_() % 6));
    if (act.kind == RequestKind::written) act.text = "We welcome the report.";
    const ParticipantId person = somebody();
    note(bench_.by(person, act));
    if (random_() % 4 == 0) note(bench_.by(person, act));
  }

  // Speaks without asking, and nobody else's place, floor or clock changes by it, nor by the end of it.
  void chair() {
    const Actor chair{somebody(), Role::chair};
    bench_.pass(milliseconds(0));  // what is due already is nobody's act
    const bool saved = bench_.meeting().is_all_saved();
    const State before = bench_.state();
    const std::vector<RequestId> queue = bench_.queue();
    const auto own = std::ranges::find_if(before.open, [&](const auto& entry) {
      return is_chair(entry.second) && entry.second.person.id == chair.participant;
    });
    const bool stops = own != before.open.end() && random_() % 2 == 0;
    const act::Speak speak{"chair-" + std::to_string(++spoken_as_chair_), random_() % 2 == 0};
    const Act act = stops ? Act{act::Release{own->first}} : Act{speak};
    const Result<Accepted, Refusal> result = bench_.act(act, chair);
    note(result);
    if (!stops && result && random_() % 3 == 0) note(bench_.act(act, chair));  // sent twice
    if (!saved || (result && !bench_.is_acknowledged(result.value().ticket))) return;
    const State& after = bench_.state();
    EXPECT_EQ(bench_.queue(), queue) << "the list moved by the chair's speech";
    for (const auto& [id, request] : before.open) {
      if (is_chair(request)) continue;
      const Request* now = find_open(after, id);
      EXPECT_TRUE(now != nullptr && *now == request) << "changed by the chair's speech";
    }
    EXPECT_EQ(after.last, before.last);
    EXPECT_EQ(after.answered, before.answered);
    EXPECT_EQ(after.spoken_by_person, before.spoken_by_person);
    EXPECT_EQ(after.spoken_by_category, before.spoken_by_category);
    EXPECT_EQ(after.spoken_by_kind, before.spoken_by_kind);
    EXPECT_EQ(after.undo, before.undo);
  }

  void moderate() {
    const RequestId r = some_request();
    const std::optional<RequestId> maybe = random_() % 2 == 0 ? std::optional(r) : std::nullopt;
    const std::vector<Act> acts = {act::Grant{maybe, random_() % 2 == 0},
                                   act::Grant{maybe, true},
                                   act::Grant{},
                                   act::Prepare{r, ""},
                                   act::Approve{r, ""},
                                   act::Deny{r, "no"},
                                   act::Pass{r, ""},
                                   act::Move{r, random_() % 2 == 0 ? std::optional(some_request()) : std::nullopt},
                                   act::Pause{maybe},
                                   act::Resume{maybe},
                                   act::Mute{maybe, random_() % 2 == 0},
                                   act::Extend{maybe, std::chrono::seconds(30)},
                                   act::Revoke{r, "enough"},
                                   act::Release{maybe},
                                   act::Add{.name = "added", .kind = RequestKind::question},
                                   act::OpenList{random_() % 4 != 0},
                                   act::ChooseOrder{static_cast<ListOrder>(random_() % 4)},
                                   act::SelectItem{random_() % 5 == 0 ? "" : std::to_string(random_() % 3 + 1)}};
    const Act& act = acts[random_() % acts.size()];
    note(moderate(act));
    if (random_() % 3 == 0) note(moderate(acts[random_() % acts.size()]));  // the second moderator
  }

  // By one of two, and what it did to the list is what it says.
  Result<Accepted, Refusal> moderate(const Act& act) {
    bench_.pass(milliseconds(0));  // what is due already is nobody's act
    const bool saved = bench_.meeting().is_all_saved();
    const std::vector<RequestId> before = bench_.queue();
    const ListOrder order = bench_.state().order;
    const auto* pass = std::get_if<act::Pass>(&act);
    const auto* move = std::get_if<act::Move>(&act);
    const Request* passed = pass == nullptr ? nullptr : find_open(bench_.state(), pass->request);
    const bool offer_goes = passed != nullptr && passed->offered;  // and with it the place that it gave
    const Actor moderator{kModerators[random_() % 2], Role::moderator};
    Result<Accepted, Refusal> result = bench_.act(act, moderator);
    if (!saved || (result && !bench_.is_acknowledged(result.value().ticket)))
      return result;  // not shown, or taken back
    if (!result) {
      EXPECT_EQ(bench_.queue(), before) << "refused and done";
    } else if (pass != nullptr && (!offer_goes || order == ListOrder::manual)) {
      EXPECT_EQ(bench_.queue(), one_place_down(before, pass->request)) << "passed over";
    } else if (move != nullptr && move->request != move->before) {
      EXPECT_EQ(bench_.queue(), moved_before(before, move->request, move->before)) << "moved";
      EXPECT_EQ(bench_.state().order, ListOrder::manual);
    } else if (order == ListOrder::manual && !std::holds_alternative<act::Undo>(act) && pass == nullptr &&
               bench_.state().order == ListOrder::manual) {
      EXPECT_TRUE(keeps_order(before, bench_.queue())) << "rows laid by hand that moved by themselves";
    }
    return result;
  }

  // Whatever it takes back, it opens no microphone.
  void undo() {
    if (random_() % 2 == 0) moderate();
    const auto open = [&] {
      std::set<RequestId> ids;
      for (const Speaker& speaker : speakers(bench_.state())) {
        if (speaker.in_return && !speaker.muted) ids.insert(speaker.request);
      }
      return ids;
    };
    const std::set<RequestId> before = open();
    note(moderate(act::Undo{}));
    for (const RequestId id : open()) ASSERT_TRUE(before.contains(id)) << "opened by undo";
  }

  // The meeting as a whole, more often opened than closed so that the floor has its storms.
  void run_meeting() {
    const std::vector<Act> acts = {act::OpenMeeting{},
                                   act::OpenMeeting{},
                                   act::ResumeMeeting{},
                                   act::ResumeMeeting{},
                                   act::SuspendMeeting{},
                                   act::OpenMeeting{true},
                                   act::ChooseAudience{static_cast<Audience>(random_() % 3)},
                                   act::TakeOver{},
                                   act::Remove{somebody(), "shouted"},
                                   random_() % 3 == 0 ? Act{act::CloseMeeting{}} : Act{act::SuspendMeeting{}}};
    note(moderate(acts[random_() % acts.size()]));
  }

  void own() {
    const RequestId r = some_request();
    const std::vector<Act> acts = {act::Withdraw{r},
                                   act::Ready{r},
                                   act::Release{},
                                   act::Release{r},
                                   act::Place{static_cast<Where>(random_() % 3)},
                                   act::AskHelp{"help"}};
    note(bench_.by(somebody(), acts[random_() % acts.size()]));
  }

  // Somebody sets the machine's clock, or a time server does.
  void step_clock() {
    constexpr std::int64_t kHours = 48;
    const auto by = static_cast<std::int64_t>(random_() % (2 * kHours * 3'600'000)) - kHours * 3'600'000;
    bench_.pass(milliseconds(0));  // what is due already
    const std::vector<RequestId> before = bench_.queue();
    bench_.step_wall(milliseconds(by));
    bench_.pass(milliseconds(0));
    EXPECT_EQ(bench_.queue(), before) << "the list moved with the clock";
  }

  void media() {
    Meeting& meeting = bench_.meeting();
    switch (random_() % 5) {
      case 0:
        meeting.handle_uplink_back(somebody(), bench_.now());
        break;
      case 1:
        meeting.handle_uplink_silent(somebody(), bench_.now().monotonic - milliseconds(random_() % 4'000),
                                     bench_.now());
        break;
      case 2:
        meeting.handle_return(random_() % 3 != 0, bench_.now());
        break;
      default:
        // A room process reports only who it was told to play.
        for (const Speaker& speaker : speakers(meeting.state())) {
          if (speaker.in_return) meeting.handle_speaker_on_air(speaker.request, random_() % 5 != 0, bench_.now());
        }
    }
    bench_.write();
  }

  void page() {
    const int i = static_cast<int>(random_() % static_cast<unsigned>(people_here_));
    if (pages_[i] == 0 || random_() % 2 == 0) return join(i);
    --pages_[i];
    bench_.meeting().handle_disconnected(people_[i], bench_.now());
  }

  void disk() {
    switch (random_() % 8) {
      case 0:
        bench_.break_disk();
        break;
      case 1:
      case 2:
        bench_.hold_disk();
        break;
      case 3:
        promised_.clear();  // checked on the disk just before; what was not saved may be gone
        bench_.mend_disk();
        bench_.crash(milliseconds(random_() % 5'000), random_() % 2 == 0);
        pages_.clear();
        break;
      default:
        bench_.mend_disk();
        bench_.release_disk();
    }
  }

  // Nobody has an open microphone before a meeting, in a break or after its end.
  void check_meeting(const State& state) {
    if (state.state == MeetingState::closed) {
      ASSERT_TRUE(state.open.empty());
      ASSERT_FALSE(state.list_open);
    }
    if (!takes_speeches(state.state)) {
      for (const Speaker& speaker : speakers(state)) ASSERT_FALSE(speaker.in_return);
    }
    if (state.undo) {
      ASSERT_LE(state.undo->before.size(), state.undo->ends.size() + state.undo->changes.size());
    }
  }

  void check_order(const State& state) {
    std::set<RequestId> waiting;
    for (const auto& [id, request] : state.open) {
      if (is_waiting(request.state)) waiting.insert(id);
    }
    std::set<RequestId> placed;
    std::vector<RequestId> order;
    for (const Place& place : waiting_order(state)) {
      ASSERT_TRUE(placed.insert(place.request).second) << "twice in the order";
      order.push_back(place.request);
    }
    ASSERT_EQ(placed, waiting) << "somebody is lost";
    ASSERT_EQ(broken_promise(state, order), "");
  }

  void check_routing(const State& state) {
    for (const Speaker& speaker : speakers(state)) {
      const Request& request = *find_open(state, speaker.request);
      if (speaker.in_return) {
        ASSERT_TRUE(holds_floor(request.state));
      }
      if (speaker.to_viewers) {
        ASSERT_TRUE(request.spoke);
      }
      ASSERT_GE(request.state, RequestState::standby);
    }
  }

  // The disk alone tells the same story: legal transitions, one exit, nothing twice, everything that was acknowledged.
  void check_disk(const State& state) {
    for (; read_ < bench_.disk().size(); ++read_) {
      const Event event = read_event(bench_.disk()[read_]).value();
      if (const auto* requested = std::get_if<Requested>(&event.body)) {
        ASSERT_FALSE(find_any(folded_, requested->request)) << "one number for two requests";
        ASSERT_TRUE(keys_.insert({requested->person.id, requested->key}).second) << "one key with two effects";
      }
      if (const auto* moved = std::get_if<Moved>(&event.body)) {
        const Request* request = find_open(folded_, moved->request);
        ASSERT_NE(request, nullptr) << "moved after its end";
        ASSERT_TRUE(moved->to != RequestState::granted || takes_speeches(folded_.state)) << "granted in a break";
        ASSERT_TRUE(is_legal(request->state, moved->to))
            << to_text(request->state) << " to " << to_text(moved->to) << " in event " << event.seq;
        ASSERT_TRUE(!is_ended(moved->to) || ended_.insert(moved->request).second) << "two exits";
      }
      ASSERT_EQ(event.seq, folded_.seq + 1);
      ASSERT_GE(event.at, folded_.at) << "the meeting's clock went back";
      apply(folded_, event);
      if (std::holds_alternative<Undone>(event.body)) {
        std::erase_if(ended_, [&](RequestId id) { return find_open(folded_, id) != nullptr; });
      }
    }
    for (const auto& [ticket, request] : promised_) {
      ASSERT_TRUE(!bench_.is_acknowledged(ticket) || find_any(folded_, request)) << "acknowledged and lost";
    }
    if (bench_.meeting().is_all_saved()) {
      ASSERT_EQ(folded_, state) << "what is shown is not what is saved";
    }
  }

  static bool is_legal(RequestState from, RequestState to) {
    using enum RequestState;
    static const std::map<RequestState, std::set<RequestState>> kLegal = {
        {pending, {queued, denied, withdrawn, lapsed}},
        {queued, {standby, granted, denied, withdrawn, lapsed}},
        {standby, {granted, denied, withdrawn, lapsed}},
        {granted, {on_air, paused, held, released, revoked, expired}},
        {on_air, {granted, paused, held, released, revoked, expired}},
        {paused, {granted, on_air, held, released, revoked, expired}},
        {held, {granted, on_air, paused, released, revoked, expired}}};
    const auto row = kLegal.find(from);
    return row != kLegal.end() && row->second.contains(to);
  }

  std::mt19937_64 random_;
  Bench bench_;
  int people_here_;
  std::map<int, ParticipantId> people_;
  std::map<int, int> pages_;
  std::vector<std::pair<Ticket, RequestId>> promised_;
  State folded_;  // the disk up to read_
  std::size_t read_ = 0;
  std::set<RequestId> ended_;
  int spoken_as_chair_ = 0;
  std::set<std::pair<ParticipantId, std::string>> keys_;
};

// Fault F3.
TEST(FloorInterleavings, every_promise_holds_in_every_order_of_things) {
  const char* wanted = std::getenv("PLENARY_SEEDS");
  const std::uint64_t seeds = wanted == nullptr ? kSeeds : std::strtoull(wanted, nullptr, 10);
  std::uint64_t steps = 0, requests = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Storm storm(seed);
    for (int step = 0; step < kSteps && storm.requests() < kRequests; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " step " + std::to_string(step));
      storm.step();
      ++steps;
      storm.check();
      if (testing::Test::HasFailure()) return;
    }
    SCOPED_TRACE("seed " + std::to_string(seed) + " at the end");
    storm.settle();
    if (testing::Test::HasFatalFailure()) return;
    requests += storm.requests();
  }
  std::cout << seeds << " seeds: " << requests << " requests in " << steps << " steps\n";
}

// Fault F3.
TEST(FloorInterleavings, two_hundred_requests_at_once_are_in_the_order_of_their_answers) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::mt19937_64 random(seed);
    Bench bench;
    std::vector<ParticipantId> people;
    for (int i = 0; i < 200; ++i) people.push_back(bench.person("person " + std::to_string(i)));
    std::shuffle(people.begin(), people.end(), random);
    bench.hold_disk();
    std::vector<RequestId> answered;
    for (const ParticipantId person : people) {
      const Accepted accepted = bench.by(person, bench.ask_act()).value();
      answered.push_back(*accepted.answer.request);
      EXPECT_EQ(accepted.answer.position, answered.size());
    }
    bench.release_disk();
    EXPECT_EQ(bench.queue(), answered) << "seed " << seed;
  }
}

}  // namespace
}  // namespace plenary::signaling::floor_interleavings_test

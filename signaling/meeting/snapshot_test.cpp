#include "signaling/meeting/snapshot.h"

#include <gtest/gtest.h>

#include <random>

#include "signaling/meeting/bench.h"
#include "signaling/meeting/event_json.h"
#include "signaling/meeting/fold.h"

namespace plenary::signaling::snapshot_test {
namespace {

const Rules kRules{.meeting = "room-a", .room = "room-a", .title = "", .languages = {"en"}, .speakers_max = 2};

// What people and moderators do in some order that a seed gives.
class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed), bench_(kRules) {
    for (int i = 0; i < 6; ++i) {
      const auto where = i % 3 == 0 ? Where::room : Where::remote;
      people_.push_back(bench_.person("Ámina \"Q\" " + std::to_string(i), where, static_cast<Category>(i), i % 4));
    }
  }

  std::vector<StoredEvent> run(int steps) {
    while (steps-- > 0) step();
    return bench_.disk();
  }

 private:
  void step() {
    const ParticipantId person = people_[random_() % people_.size()];
    const RequestId r{1 + random_() % bench_.state().next_request};
    const std::optional<RequestId> before = random_() % 2 == 0 ? std::optional(RequestId{1}) : std::nullopt;
    switch (random_() % 18) {
      case 0:
        return bench_.pass(Milliseconds(random_() % 40'000));
      case 1:
        return (void)bench_.moderate(act::Grant{{}, true});
      case 2:
        return (void)bench_.moderate(act::Prepare{r, ""});
      case 3:
        return (void)bench_.moderate(act::Pass{r, ""});
      case 4:
        return (void)bench_.moderate(act::Move{r, before});
      case 5:
        return (void)bench_.moderate(act::Pause{});
      case 6:
        return (void)bench_.moderate(act::Resume{});
      case 7:
        return (void)bench_.moderate(act::Mute{r, true});
      case 8:
        return (void)bench_.moderate(act::Extend{r, std::chrono::seconds(30)});
      case 9:
        return (void)bench_.moderate(act::ChooseOrder{static_cast<ListOrder>(random_() % 4)});
      case 10:
        return (void)bench_.moderate(act::Release{});
      case 11:
        return media(person);
      case 12:
        return (void)bench_.moderate(act::Remove{people_[random_() % people_.size()], ""});
      case 13:
        return (void)bench_.by(person, act::KeepCheck{{.fit = random_() % 2 == 0,
                                                       .problems = {ReadinessProblem::noisy},
                                                       .band_hz = std::pair(125, 15'000),
                                                       .loss_percent = 0.1}});
      case 14:
        return (void)bench_.act(act::Speak{"chair-" + std::to_string(random_() % 20)}, {person, Role::chair});
      default:
        return (void)bench_.by(person, bench_.ask_act(static_cast<RequestKind>(random_() % 6)));
    }
  }

  void media(ParticipantId person) {
    bench_.meeting().handle_uplink_back(person, bench_.now());
    for (const Speaker& speaker : speakers(bench_.state())) {
      if (speaker.in_return) bench_.meeting().handle_speaker_on_air(speaker.request, true, bench_.now());
    }
    bench_.write();
  }

  std::mt19937_64 random_;
  Bench bench_;
  std::vector<ParticipantId> people_;
};

State fold(State state, const std::vector<StoredEvent>& events) {
  for (const StoredEvent& event : events) apply(state, read_event(event).value());
  return state;
}

TEST(Snapshot, the_fold_from_any_snapshot_is_the_fold_from_the_first_event) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::vector<StoredEvent> events = Storm(seed).run(150);
    const State whole = fold(first_state(kRules), events);
    ASSERT_FALSE(whole.ended.empty()) << "seed " << seed;
    ASSERT_FALSE(whole.checks.known.empty()) << "seed " << seed;
    for (std::size_t cut = 0; cut <= events.size(); cut += 7) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " cut at " + std::to_string(cut));
      const auto middle = events.begin() + static_cast<std::ptrdiff_t>(cut);
      const State before = fold(first_state(kRules), {events.begin(), middle});
      const std::optional<State> kept = read_snapshot(write_snapshot(before, kRules), kRules);
      ASSERT_TRUE(kept);
      ASSERT_EQ(*kept, before);
      ASSERT_EQ(fold(*kept, {middle, events.end()}), whole);
    }
  }
}

TEST(Snapshot, a_meeting_opens_alike_with_and_without_it) {
  const std::vector<StoredEvent> events = Storm(4).run(200);
  const auto middle = events.begin() + static_cast<std::ptrdiff_t>(events.size() / 2);
  History later{{middle, events.end()}};
  later.from = fold(first_state(kRules), {events.begin(), middle});
  const Now now{Instant{}, WallTime(std::chrono::hours(490'000))};
  const Meeting with = Meeting::open(kRules, later, now).value();
  const Meeting without = Meeting::open(kRules, events, now).value();
  EXPECT_EQ(with.state(), without.state());
  EXPECT_EQ(with.presence().next_participant, without.presence().next_participant);
  EXPECT_EQ(with.presence().identities, without.presence().identities);
}

TEST(Snapshot, a_gap_behind_it_is_an_error_as_anywhere) {
  const std::vector<StoredEvent> events = Storm(2).run(100);
  History later{{events.begin() + 11, events.end()}};
  later.from = fold(first_state(kRules), {events.begin(), events.begin() + 10});
  EXPECT_EQ(Meeting::open(kRules, later, Now{}).error().code, "journal_gap");
}

TEST(Snapshot, is_not_read_when_anything_in_it_was_changed) {
  const std::string text = write_snapshot(fold(first_state(kRules), Storm(1).run(60)), kRules);
  std::mt19937_64 random(1);
  for (int i = 0; i < 500; ++i) {
    std::string damaged = text;
    char& place = damaged[random() % damaged.size()];
    place = static_cast<char>(place ^ (1 << (random() % 8)));
    if (i % 5 == 0) damaged = text.substr(0, random() % text.size());
    ASSERT_FALSE(read_snapshot(damaged, kRules)) << i;
  }
  EXPECT_FALSE(read_snapshot("", kRules));
}

TEST(Snapshot, is_not_read_when_the_meeting_begins_otherwise_now) {
  Rules scheduled = kRules;
  scheduled.opens_live = false;
  const std::string text = write_snapshot(first_state(kRules), kRules);
  EXPECT_TRUE(read_snapshot(text, kRules));
  EXPECT_FALSE(read_snapshot(text, scheduled));
}

TEST(Snapshot, is_not_taken_of_what_the_disk_does_not_have) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Li"));
  bench.bring_on_air(request);
  ASSERT_TRUE(bench.meeting().snapshot());
  bench.break_disk();
  bench.meeting().handle_uplink_silent(bench.find(request).person.id, bench.now().monotonic, bench.now());
  bench.pass(std::chrono::seconds(3));
  ASSERT_EQ(bench.state_of(request), RequestState::held);
  EXPECT_FALSE(bench.meeting().snapshot());
}

}  // namespace
}  // namespace plenary::signaling::snapshot_test

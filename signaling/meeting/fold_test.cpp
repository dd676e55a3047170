#include "signaling/meeting/fold.h"

#include <gtest/gtest.h>

#include <random>

#include "signaling/meeting/event_json.h"

namespace plenary::signaling::fold_test {
namespace {

Event event(std::uint64_t seq, EventBody body) {
  return {seq, Moment(Milliseconds(1'000 * seq)), WallTime(Milliseconds(1'000 * seq)), "p-1/moderator",
          std::move(body)};
}

Requested requested(std::uint64_t number) {
  Requested e;
  e.request = RequestId{number};
  e.person.id = ParticipantId{number};
  e.person.identity = "sub:" + std::to_string(number);
  e.person.name = "Ámina \"Q\" \xE2\x80\xA8 Diallo";
  e.person.category = Category::civil_society;
  e.person.rank = 3;
  e.requester = ParticipantId{77};
  e.asked_by = "Delegate";
  e.kind = RequestKind::right_of_reply;
  e.topic = "'; DROP TABLE event; --";
  e.language = "fr";
  e.item = "4a";
  e.key = "k";
  e.reply_to = RequestId{5};
  e.limit = Milliseconds{180'000};
  e.born = RequestState::pending;
  return e;
}

Readiness measured() {
  return {.fit = false,
          .microphone = true,
          .network = NetworkWord::fair,
          .problems = {ReadinessProblem::telephone_band, ReadinessProblem::loss},
          .band_hz = std::pair(300, 3'400),
          .level_db = -23,
          .loss_percent = 1.5,
          .jitter_ms = 12};
}

std::vector<EventBody> one_of_each() {
  Requested chair = requested(8);
  chair.kind = RequestKind::chair;
  chair.born = RequestState::granted;
  return {requested(9),
          chair,
          Moved{RequestId{9}, RequestState::held, "connection_lost", Moment(Milliseconds(123'456))},
          Moved{RequestId{9}, RequestState::queued, "", {}},
          Readied{RequestId{9}},
          PassedOver{RequestId{9}, RequestId{4}, "not_ready"},
          PassedOver{RequestId{9}, {}, ""},
          Muted{RequestId{9}, true},
          Extended{RequestId{9}, Milliseconds{-30'000}},
          RowMoved{{RequestId{9}, RequestId{4}}},
          ListOpened{false},
          OrderChosen{ListOrder::manual, {RequestId{9}}},
          UndoKept{Undoable::release, "Mona", RequestId{9}, {RequestId{9}}, {RequestId{4}, RequestId{3}}},
          UndoKept{},
          TookOver{"Mona \xE2\x80\xAE"},
          AudienceChosen{Audience::registered},
          PersonRemoved{ParticipantId{7}, "Amina", {"jti-1", "jti-2"}, "shouted"},
          MeetingMoved{MeetingState::suspended},
          Undone{},
          Placed{ParticipantId{9}, Where::room},
          AgendaSet{{{"4a", "Access \"for all\""}}},
          ItemSelected{"4a"},
          HelpAsked{HelpId{3}, requested(9).person, Role::interpreter, "No sound"},
          HelpAnswered{HelpId{3}, "Tom", "Coming"},
          HelpClosed{HelpId{3}},
          Noted{RequestId{9}, "Mona", "Speaks for two \"delegations\""},
          Checked{"sub:Ámina", measured()},
          Checked{"sub:Li", Readiness{.fit = true}},
          Restarted{}};
}

TEST(EventJson, every_event_comes_back_as_it_was) {
  std::uint64_t seq = 0;
  for (const EventBody& body : one_of_each()) {
    const Event original = event(++seq, body);
    const Result<Event> read = read_event(store_event(original));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read.value(), original);
  }
}

TEST(EventJson, a_damaged_event_is_an_error_and_never_a_crash) {
  std::mt19937_64 random(1);
  for (const EventBody& body : one_of_each()) {
    const StoredEvent stored = store_event(event(1, body));
    for (int i = 0; i < 500; ++i) {
      StoredEvent damaged = stored;
      damaged.payload[random() % damaged.payload.size()] = static_cast<char>(random());
      if (i % 3 == 0) damaged.payload.resize(random() % damaged.payload.size());
      (void)read_event(damaged);
    }
    StoredEvent unknown = stored;
    unknown.type = "danced";
    EXPECT_EQ(read_event(unknown).error().code, "event_unreadable");
  }
}

TEST(EventJson, a_check_says_what_it_came_to_or_is_no_event) {
  const StoredEvent stored = store_event(event(1, Checked{"sub:Li", measured()}));
  for (const char* member : {"telephone_band", "fair", "camera", "band_hz"}) {
    StoredEvent damaged = stored;
    damaged.payload.replace(damaged.payload.find(member), 1, "X");
    EXPECT_EQ(read_event(damaged).error().code, "event_unreadable") << member;
  }
}

TEST(Fold, the_last_check_of_each_person_counts_and_the_oldest_is_forgotten) {
  State state;
  std::uint64_t seq = 0;
  const auto check = [&](std::size_t person, bool fit) {
    apply(state, event(++seq, Checked{"sub:" + std::to_string(person), Readiness{.fit = fit}}));
  };
  for (std::size_t person = 1; person <= kMaxKnownChecks; ++person) check(person, true);
  check(1, false);
  EXPECT_EQ(state.checks.known.size(), kMaxKnownChecks);
  EXPECT_EQ(state.checks.known.at("sub:1").readiness.fit, false);
  EXPECT_EQ(state.checks.known.at("sub:1").at, Moment(Milliseconds(1'000 * seq)));
  EXPECT_EQ(state.checks.forgotten, 0U);
  check(kMaxKnownChecks + 1, true);
  EXPECT_EQ(state.checks.known.size(), kMaxKnownChecks);
  EXPECT_FALSE(state.checks.known.contains("sub:2")) << "the first one was checked again since";
  EXPECT_TRUE(state.checks.known.contains("sub:1"));
  EXPECT_EQ(state.checks.forgotten, 1U);
}

TEST(Fold, events_that_fit_nothing_change_nothing_but_the_number) {
  State state;
  std::uint64_t seq = 0;
  for (const EventBody& body : one_of_each()) {
    if (std::holds_alternative<Requested>(body)) continue;
    apply(state, event(++seq, body));
  }
  EXPECT_EQ(state.seq, seq);
  EXPECT_TRUE(state.open.empty());
  EXPECT_TRUE(state.rows.empty());
}

TEST(Fold, any_order_of_events_keeps_the_rows_and_the_requests_together) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    State state;
    for (std::uint64_t seq = 1; seq <= 60; ++seq) {
      const RequestId r{1 + random() % 6};
      std::vector<EventBody> choices = one_of_each();
      choices.push_back(requested(1 + random() % 6));
      choices.push_back(Moved{r, static_cast<RequestState>(random() % 13), "", {}});
      choices.push_back(Moved{r, static_cast<RequestState>(random() % 13), "", {}});
      choices.push_back(PassedOver{r, RequestId{1 + random() % 6}, ""});
      apply(state, event(seq, choices[random() % choices.size()]));
      for (const RequestId row : state.rows) ASSERT_NE(find_open(state, row), nullptr) << "seed " << seed;
      for (const auto& [id, request] : state.open) ASSERT_TRUE(is_open(request.state)) << "seed " << seed;
    }
  }
}

TEST(Fold, memory_of_ended_requests_and_keys_is_bounded) {
  State state;
  std::uint64_t seq = 0;
  for (std::uint64_t number = 1; number <= 6'000; ++number) {
    Requested e = requested(number);
    e.key = "k" + std::to_string(number);
    apply(state, event(++seq, e));
    apply(state, event(++seq, Moved{e.request, RequestState::withdrawn, "", {}}));
  }
  EXPECT_EQ(state.ended.size(), kMaxEnded);
  EXPECT_EQ(state.keys.size(), kMaxKeys);
  EXPECT_LE(state.people.size(), kMaxPeople);
  EXPECT_TRUE(state.keys.contains({ParticipantId{77}, "k6000"})) << "the oldest key goes first";
}

TEST(Fold, who_asked_for_somebody_else_is_remembered_by_their_own_name_and_title) {
  State state;
  Requested own = requested(1);
  own.person.name = "Delegate";
  own.person.title = "Counsellor";
  own.requester.reset();
  own.asked_by.clear();
  apply(state, event(1, own));
  Requested other = own;
  other.request = RequestId{2};
  other.person.name = "Abena Owusu";
  other.person.title = "Minister";
  other.asked_by = "Delegate";
  apply(state, event(2, other));
  EXPECT_EQ(state.people.at("sub:1").name, "Delegate");
  EXPECT_EQ(state.people.at("sub:1").title, "Counsellor");
  EXPECT_EQ(state.open.at(RequestId{2}).person.name, "Abena Owusu");
  EXPECT_EQ(state.open.at(RequestId{2}).person.title, "Minister");
}

TEST(Fold, who_asked_last_is_known_however_many_asked_before) {
  State state;
  std::uint64_t seq = 0;
  const auto ask = [&](std::uint64_t number, std::uint64_t participant) {
    Requested e = requested(number);
    e.person.id = ParticipantId{participant};
    e.person.identity = "sub:" + std::to_string(participant);
    e.key = "k" + std::to_string(number);
    apply(state, event(++seq, e));
    return e.request;
  };
  ask(1, 1);  // waits all the time
  for (std::uint64_t number = 2; number <= 12'000; ++number) {
    const RequestId request = ask(number, number % 100 == 0 ? 2 : number);  // the second one comes again and again
    apply(state, event(++seq, Moved{request, RequestState::withdrawn, "", {}}));
    ASSERT_LE(state.people.size(), kMaxPeople);
    ASSERT_TRUE(state.people.contains("sub:" + std::to_string(number % 100 == 0 ? 2 : number)));
  }
  EXPECT_TRUE(state.people.contains("sub:1"));
  EXPECT_TRUE(state.people.contains("sub:2"));
  EXPECT_FALSE(state.people.contains("sub:3"));
}

}  // namespace
}  // namespace plenary::signaling::fold_test

// A process serves the floor over the real journal and is killed in the middle of a storm of acts; what it acknowledged
// is there for the next one, once and in order. People whose answer was lost ask again with the same key.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <random>

#include "server/journal/journal.h"
#include "signaling/meeting/event_json.h"
#include "signaling/meeting/fold.h"
#include "signaling/meeting/order.h"

namespace plenary::server::floor_kill_test {
namespace {

using namespace signaling;

constexpr int kKills = 50;  // PLENARY_KILLS in the environment; script/test --long has a thousand
constexpr std::uint64_t kPeople = 40;
constexpr std::uint64_t kKeepEvery = 100;  // events; often enough that most lives begin with a snapshot
const Rules kRules{.meeting = "m", .room = "m", .title = "", .languages = {}};

// What the child tells: a request that is on its way to the disk, and the acknowledgements.
struct Told {
  enum Kind : std::uint64_t { asking, asked, withdrawn } kind;
  std::uint64_t person;
  std::uint64_t key;
  std::uint64_t request;
};

// Exits by itself only when something is wrong, with a status that says where.
class Child {
 public:
  Child(const std::filesystem::path& file, std::uint64_t seed, int pipe) : seed_(seed), random_(seed), pipe_(pipe) {
    auto opened = open_sqlite_journal(file);
    if (!opened) ::_exit(1);
    journal_ = std::move(opened).value();
    auto meeting = Meeting::open(kRules, *load_history(*journal_, kRules), now());
    if (!meeting) ::_exit(2);
    meeting_.emplace(std::move(meeting).value());
    for (std::uint64_t i = 0; i < kPeople; ++i) {
      Person person;
      person.identity = person.name = "person " + std::to_string(i);
      person.where = Where::room;  // needs no page to keep its place
      people_.push_back(meeting_->join(person).value());
    }
  }

  // `in_doubt`: keys without an answer, with who asked.
  [[noreturn]] void run(const std::map<std::uint64_t, std::uint64_t>& in_doubt) {
    for (const auto& [key, person] : in_doubt) {
      if (!ask(person, key)) ::_exit(5);
    }
    for (;;) {
      turn();
      time_ += std::chrono::seconds(30);
      for (int i = 0; i < 8; ++i) act(random_() % kPeople);
    }
  }

 private:
  Now now() const { return {Instant(time_), WallTime(std::chrono::hours(490'000))}; }

  void turn() {
    while (auto batch = meeting_->poll_append()) journal_->append("m", std::move(*batch));
    acknowledge();
    pollfd wait{journal_->descriptor(), POLLIN, 0};
    ::poll(&wait, 1, 60'000);
    while (auto completion = journal_->poll_completion()) {
      if (!completion->saved) ::_exit(3);
      meeting_->handle_saved(completion->ticket, now());
      acknowledge();
    }
    if (meeting_->state().seq < kept_ + kKeepEvery) return;
    kept_ = meeting_->state().seq;
    journal_->keep_snapshot("m", kept_, meeting_->snapshot().value());
  }

  bool ask(std::uint64_t person, std::uint64_t key) {
    const act::RequestFloor act{std::to_string(key), RequestKind::statement, "", "en", ""};
    const auto asked = meeting_->handle(act, Actor{people_[person], Role::participant}, now());
    if (!asked) return false;
    const auto request = static_cast<std::uint64_t>(*asked.value().answer.request);
    tell({Told::asking, person, key, request});
    waiting_.push_back({asked.value().ticket, {Told::asked, person, key, request}});
    return true;
  }

  void act(std::uint64_t person) {
    const Request* open = open_request_of(meeting_->state(), people_[person], false);
    if (open == nullptr) {
      ask(person, seed_ << 32 | ++keys_);  // refused when it is asked on its way to the disk already
      return;
    }
    const RequestId request = open->id;
    const auto done = meeting_->handle(act::Withdraw{request}, Actor{people_[person], Role::participant}, now());
    if (!done) return;
    waiting_.push_back({done.value().ticket, {Told::withdrawn, person, 0, static_cast<std::uint64_t>(request)}});
  }

  void acknowledge() {
    std::erase_if(waiting_, [&](const auto& entry) {
      if (!meeting_->is_saved(entry.first)) return false;
      tell(entry.second);
      return true;
    });
  }

  void tell(const Told& told) const {
    if (::write(pipe_, &told, sizeof told) < 0) ::_exit(4);
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
  int pipe_;
  Duration time_{0};
  std::unique_ptr<Journal> journal_;
  std::optional<Meeting> meeting_;
  std::vector<ParticipantId> people_;
  std::vector<std::pair<Ticket, Told>> waiting_;
  std::uint64_t keys_ = 0;
  std::uint64_t kept_ = 0;
};

// What one life told before it was killed, and what it still could.
std::vector<Told> live_and_die(const std::filesystem::path& file, std::uint64_t seed,
                               const std::map<std::uint64_t, std::uint64_t>& in_doubt) {
  int pipe[2];
  if (::pipe(pipe) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    Child(file, seed, pipe[1]).run(in_doubt);
  }
  ::close(pipe[1]);
  const std::size_t kill_after = 1 + std::mt19937_64(seed)() % 120;
  std::vector<Told> told;
  Told one{};
  while (::read(pipe[0], &one, sizeof one) == sizeof one) {
    told.push_back(one);
    if (told.size() == kill_after) ::kill(child, SIGKILL);
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
  return told;
}

// Everything that was told, held against everything that is on the disk.
class Account {
 public:
  void take(const std::vector<Told>& told) {
    for (const Told& one : told) {
      if (one.kind == Told::asking) {
        in_doubt_[one.key] = one.person;
        continue;
      }
      ++acknowledged_;
      if (one.kind == Told::asked) in_doubt_.erase(one.key);
      if (one.kind == Told::asked) asked_[one.key] = one.request;
      if (one.kind == Told::withdrawn) withdrawn_.push_back(one.request);
    }
  }

  void look(Journal& journal) {
    const std::vector<StoredEvent> events = journal.load("m", state_.seq).value();
    for (const StoredEvent& stored : events) {
      const Event event = read_event(stored).value();
      order_errors_ += event.seq == state_.seq + 1 ? 0 : 1;
      if (const auto* requested = std::get_if<Requested>(&event.body)) {
        const auto number = static_cast<std::uint64_t>(requested->request);
        duplicated_ += on_disk_.emplace(std::stoull(requested->key), number).second ? 0 : 1;
        duplicated_ += find_any(state_, requested->request) == nullptr ? 0 : 1;
      }
      apply(state_, event);
    }
    for (const auto& [key, request] : asked_) {
      const auto found = on_disk_.find(key);
      lost_ += found != on_disk_.end() && found->second == request ? 0 : 1;
    }
    for (const std::uint64_t request : withdrawn_) lost_ += find_open(state_, RequestId{request}) == nullptr ? 0 : 1;
    asked_.clear();
    withdrawn_.clear();
    RequestId before{0};
    for (const Place& place : waiting_order(state_)) {
      order_errors_ += std::exchange(before, place.request) < place.request ? 0 : 1;
    }
    const Meeting opened = Meeting::open(kRules, load_history(journal, kRules).value(), Now{}).value();
    for (const auto& [id, request] : state_.open) ASSERT_NE(find_open(opened.state(), id), nullptr);
    ASSERT_EQ(opened.state().open.size(), state_.open.size()) << "a snapshot changed what is there";
  }

  // From the first event, so that nothing read long ago has gone since.
  void look_at_all(Journal& journal) const {
    State whole = first_state(kRules);
    const std::vector<StoredEvent> events = journal.load("m", 0).value();
    for (const StoredEvent& stored : events) apply(whole, read_event(stored).value());
    EXPECT_EQ(whole, state_);
  }

  [[nodiscard]] const std::map<std::uint64_t, std::uint64_t>& in_doubt() const { return in_doubt_; }
  [[nodiscard]] bool is_clean() const { return lost_ + duplicated_ + order_errors_ == 0; }
  [[nodiscard]] std::string text() const {
    return std::to_string(acknowledged_) + " acknowledged, " + std::to_string(lost_) + " lost, " +
           std::to_string(duplicated_) + " duplicated, " + std::to_string(order_errors_) + " order errors";
  }

 private:
  std::map<std::uint64_t, std::uint64_t> in_doubt_;  // key to person
  std::map<std::uint64_t, std::uint64_t> asked_;     // key to request, of the last life
  std::vector<std::uint64_t> withdrawn_;
  std::map<std::uint64_t, std::uint64_t> on_disk_;  // key to request
  State state_ = first_state(kRules);
  std::uint64_t acknowledged_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t duplicated_ = 0;
  std::uint64_t order_errors_ = 0;
};

// Fault F4.
TEST(FloorKill, what_was_acknowledged_is_there_once_and_in_order_after_each_kill) {
  std::string folder = (std::filesystem::temp_directory_path() / "plenary-floor-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::filesystem::path file = std::filesystem::path(folder) / "journal.db";
  const char* wanted = std::getenv("PLENARY_KILLS");
  const std::uint64_t kills = wanted == nullptr ? kKills : std::strtoull(wanted, nullptr, 10);
  ASSERT_GT(kills, 0U);
  Account account;
  for (std::uint64_t seed = 1; seed <= kills; ++seed) {
    account.take(live_and_die(file, seed, account.in_doubt()));
    const auto journal = open_sqlite_journal(file).value();
    account.look(*journal);
    ASSERT_TRUE(account.is_clean()) << "seed " << seed << ": " << account.text();
    if (testing::Test::HasFatalFailure()) return;
  }
  account.look_at_all(*open_sqlite_journal(file).value());
  std::printf("%llu kills: %s\n", static_cast<unsigned long long>(kills), account.text().c_str());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace plenary::server::floor_kill_test

// A process serves the floor over the real journal and is killed in the middle of a storm of acts; what it acknowledged
// is there for the next one, once and in order.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <random>

#include "server/journal/journal.h"
#include "signaling/meeting/order.h"

namespace plenary::server {
namespace {

using namespace signaling;

constexpr int kKills = 10;
constexpr int kPeople = 40;

// What the child tells after an acknowledgement: a request asked for, or one withdrawn.
struct Told {
  std::uint64_t request;
  std::uint64_t ended;
};

class Child {
 public:
  Child(const std::filesystem::path& file, std::uint64_t seed, int pipe) : random_(seed), pipe_(pipe) {
    auto opened = open_sqlite_journal(file);
    if (!opened) ::_exit(1);
    journal_ = std::move(opened).value();
    auto meeting =
        Meeting::open({.meeting = "m", .room = "m", .title = "", .languages = {}}, *journal_->load("m"), now());
    if (!meeting) ::_exit(2);
    meeting_.emplace(std::move(meeting).value());
    for (int i = 0; i < kPeople; ++i) {
      Person person;
      person.identity = person.name = "person " + std::to_string(i);
      person.where = Where::room;  // needs no page to keep its place
      people_.push_back(meeting_->join(person).value());
    }
  }

  [[noreturn]] void run() {
    for (std::uint64_t turn = 0;; ++turn) {
      time_ += std::chrono::seconds(30);
      for (int i = 0; i < 8; ++i) act(turn);
      while (auto batch = meeting_->poll_append()) journal_->append("m", std::move(*batch));
      pollfd wait{journal_->descriptor(), POLLIN, 0};
      ::poll(&wait, 1, 60'000);
      while (auto completion = journal_->poll_completion()) {
        if (!completion->saved) ::_exit(3);
        meeting_->handle_saved(completion->ticket, now());
        tell();
      }
    }
  }

 private:
  Now now() const { return {Instant(time_), WallTime(std::chrono::hours(490'000))}; }

  void act(std::uint64_t turn) {
    const ParticipantId person = people_[random_() % people_.size()];
    const Request* open = open_request_of(meeting_->state(), person, false);
    if (open == nullptr) {
      const std::string key = std::to_string(::getpid()) + "-" + std::to_string(turn) + "-" + std::to_string(random_());
      const auto asked = meeting_->handle(act::RequestFloor{key, RequestKind::statement, "", "en", ""},
                                          Actor{person, Role::participant}, now());
      if (asked)
        waiting_.push_back({asked.value().ticket, {static_cast<std::uint64_t>(*asked.value().answer.request), 0}});
    } else {
      const RequestId request = open->id;
      const auto done = meeting_->handle(act::Withdraw{request}, Actor{person, Role::participant}, now());
      if (done) waiting_.push_back({done.value().ticket, {static_cast<std::uint64_t>(request), 1}});
    }
  }

  void tell() {
    std::erase_if(waiting_, [&](const auto& entry) {
      if (!meeting_->is_saved(entry.first)) return false;
      if (::write(pipe_, &entry.second, sizeof entry.second) < 0) ::_exit(4);
      return true;
    });
  }

  std::mt19937_64 random_;
  int pipe_;
  Duration time_{0};
  std::unique_ptr<Journal> journal_;
  std::optional<Meeting> meeting_;
  std::vector<ParticipantId> people_;
  std::vector<std::pair<Ticket, Told>> waiting_;
};

// The acknowledgements of one life.
std::vector<Told> live_and_die(const std::filesystem::path& file, std::uint64_t seed) {
  int pipe[2];
  if (::pipe(pipe) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    Child(file, seed, pipe[1]).run();
  }
  ::close(pipe[1]);
  const std::size_t kill_after = 5 + seed * 37 % 60;
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

TEST(FloorKill, what_was_acknowledged_is_there_once_and_in_order_after_each_kill) {
  std::string folder = (std::filesystem::temp_directory_path() / "plenary-floor-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::filesystem::path file = std::filesystem::path(folder) / "journal.db";
  std::map<std::uint64_t, bool> expected;  // request to whether it was acknowledged as withdrawn
  for (std::uint64_t seed = 1; seed <= kKills; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (const Told& told : live_and_die(file, seed)) expected[told.request] = told.ended != 0;

    const auto journal = open_sqlite_journal(file).value();
    const auto events = journal->load("m").value();
    const auto opened = Meeting::open({.meeting = "m", .room = "m", .title = "", .languages = {}}, events, Now{});
    ASSERT_TRUE(opened) << opened.error().message;
    const State& state = opened.value().state();
    for (const auto& [number, withdrawn] : expected) {
      const bool open = find_open(state, RequestId{number}) != nullptr;
      // A withdrawal may have reached the disk without its acknowledgement reaching us, never the other way round.
      EXPECT_FALSE(withdrawn && open) << "r-" << number << " was withdrawn and is back";
      EXPECT_LT(number, state.next_request) << "r-" << number << " is lost";
    }
    RequestId before{0};
    for (const Place& place : waiting_order(state)) {
      EXPECT_GT(place.request, before);
      before = place.request;
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace plenary::server

#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "server/journal/journal_fixture.h"

namespace plenary::server::journal_test {
namespace {

using signaling::Ticket;

// Fault B1.
TEST_F(JournalTest, what_is_saved_is_read_back_in_order_by_the_next_process) {
  {
    const auto journal = open();
    journal->append("room-a", batch(1, {1, 2}, R"({"name":"Ámina'; DROP TABLE event; --"})"));
    journal->append("room-b", batch(1, {1}));
    journal->append("room-a", batch(2, {3}));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(next(*journal).saved);
    EXPECT_FALSE(journal->poll_completion());
    EXPECT_FALSE(journal->failing());
  }
  const auto events = open()->load("room-a", 0).value();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].payload, R"({"name":"Ámina'; DROP TABLE event; --"})");
  EXPECT_EQ(events[2].seq, 3U);
}

TEST_F(JournalTest, everything_appended_before_the_end_is_written) {
  {
    const auto journal = open();
    for (std::uint64_t i = 1; i <= 1'000; ++i) journal->append("room-a", batch(i, {i}));
  }
  EXPECT_EQ(open()->load("room-a", 0).value().size(), 1'000U);
}

TEST_F(JournalTest, a_batch_that_does_not_follow_what_was_saved_is_not_saved) {
  const auto journal = open();
  journal->append("room-a", batch(1, {1}));
  journal->append("room-a", batch(2, {3}));  // 2 is missing
  journal->append("room-a", batch(3, {4}));  // decided on it
  journal->append("room-a", batch(4, {2}));  // decided after the failure was known
  EXPECT_TRUE(next(*journal).saved);
  EXPECT_FALSE(next(*journal).saved);
  EXPECT_FALSE(next(*journal).saved);
  const Completion last = next(*journal);
  EXPECT_TRUE(last.saved);
  EXPECT_EQ(last.ticket, Ticket{4});
}

TEST_F(JournalTest, a_full_queue_completes_in_order_as_not_saved) {
  const auto journal = open();
  SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");  // the writer waits for this lock, so the queue fills
  const std::uint64_t count = 2 * kMaxJournalQueue;
  for (std::uint64_t i = 1; i <= count; ++i) journal->append("room-a", batch(i, {i}));
  other.exec("ROLLBACK");
  bool failed = false;
  for (std::uint64_t i = 1; i <= count; ++i) {
    const Completion completion = next(*journal);
    ASSERT_EQ(completion.ticket, Ticket{i});
    ASSERT_FALSE(failed && completion.saved) << "saved after something before it was not";
    failed = failed || !completion.saved;
  }
  EXPECT_TRUE(failed);
}

// Fault B3.
TEST_F(JournalTest, a_lock_held_by_another_program_fails_writes_until_it_is_gone) {
  const auto journal = open();
  SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  journal->append("room-a", batch(1, {1}));
  EXPECT_FALSE(next(*journal).saved);
  EXPECT_TRUE(journal->failing());
  other.exec("ROLLBACK");
  // It finds out by itself that writing works again, and wakes the control thread.
  while (journal->failing()) {
    pollfd wait{journal->descriptor(), POLLIN, 0};
    ASSERT_GT(::poll(&wait, 1, 60'000), 0);
    EXPECT_FALSE(journal->poll_completion());
  }
  journal->append("room-a", batch(2, {1}));
  EXPECT_TRUE(next(*journal).saved);
}

// A child process writes and tells through a pipe what was acknowledged, then is killed in the middle.
std::uint64_t write_until_killed(const std::filesystem::path& file, std::uint64_t first, std::uint64_t kill_after) {
  int pipe[2];
  if (::pipe(pipe) != 0) return 0;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    auto journal = open_sqlite_journal(file);
    if (!journal) ::_exit(1);
    std::uint64_t appended = first;
    for (std::uint64_t acknowledged = first; acknowledged < first + 100'000;) {
      while (appended < acknowledged + 20) {
        (*journal)->append("room-a", batch(appended, {appended}));
        ++appended;
      }
      pollfd wait{(*journal)->descriptor(), POLLIN, 0};
      ::poll(&wait, 1, 60'000);
      while (auto completion = (*journal)->poll_completion()) {
        if (!completion->saved) ::_exit(2);
        acknowledged = static_cast<std::uint64_t>(completion->ticket) + 1;
        if (::write(pipe[1], &completion->ticket, sizeof completion->ticket) < 0) ::_exit(3);
      }
    }
    ::_exit(4);
  }
  ::close(pipe[1]);
  std::uint64_t acknowledged = 0;
  std::uint64_t ticket = 0;
  bool killed = false;
  while (::read(pipe[0], &ticket, sizeof ticket) == sizeof ticket) {
    acknowledged = ticket;
    if (!killed && acknowledged >= first + kill_after) {
      ::kill(child, SIGKILL);
      killed = true;  // what it still managed to tell counts as well
    }
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself with " << WEXITSTATUS(status);
  return acknowledged;
}

// Fault B2.
TEST_F(JournalTest, what_was_acknowledged_survives_kill_9) {
  std::uint64_t next_seq = 1;
  for (std::uint64_t round = 1; round <= 10; ++round) {
    const std::uint64_t acknowledged = write_until_killed(file(), next_seq, 7 * round);
    const auto journal = open();
    ASSERT_NE(journal, nullptr);
    const auto events = journal->load("room-a", 0).value();
    ASSERT_GE(events.size(), acknowledged) << "round " << round;
    for (std::size_t i = 0; i < events.size(); ++i) ASSERT_EQ(events[i].seq, i + 1);
    next_seq = events.size() + 1;
  }
}

// A disk that is full: the kernel lets files grow no further.
// Fault B3.
TEST_F(JournalTest, a_full_disk_acknowledges_nothing_and_keeps_what_it_has) {
  open().reset();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto journal = open_sqlite_journal(file());
    if (!journal) ::_exit(1);
    const rlimit limit{200'000, 200'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::uint64_t saved = 0;
    bool failed = false;
    for (std::uint64_t i = 1; i <= 200; ++i) {
      (*journal)->append("room-a", batch(i, {saved + 1}, std::string(4'000, 'p')));
      std::optional<Completion> completion;
      while (!(completion = (*journal)->poll_completion())) {
        pollfd wait{(*journal)->descriptor(), POLLIN, 0};
        ::poll(&wait, 1, 1'000);
      }
      if (completion->saved) ++saved;
      if (!completion->saved) failed = true;
      if (failed && !(*journal)->failing()) ::_exit(2);
      if (failed) break;
    }
    ::_exit(failed && saved > 0 ? 100 + static_cast<int>(saved % 100) : 3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_GE(WEXITSTATUS(status), 100);
  EXPECT_EQ(open()->load("room-a", 0).value().size() % 100, static_cast<std::size_t>(WEXITSTATUS(status) - 100));
}

}  // namespace
}  // namespace plenary::server::journal_test

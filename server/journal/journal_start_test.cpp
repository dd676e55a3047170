// What a start finds: files that are refused with a clear word and left as they are, and snapshots, which change nothing.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "server/journal/journal_fixture.h"
#include "signaling/meeting/bench.h"
#include "signaling/meeting/snapshot.h"

namespace plenary::server::journal_start_test {
namespace {

using signaling::Bench;
using signaling::History;
using signaling::Meeting;
using signaling::Rules;

class JournalStart : public JournalTest {
 protected:
  void sql(const std::string& text) const {
    SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
    other.exec(text);
  }
  void damage(std::streamoff at) const {
    std::fstream damaged(file(), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(at);
    damaged << std::string(4'096, '\xFF');
  }
  // The code of the refusal for somebody who owns none of it; root may write everything.
  std::string refusal_of_a_stranger() const {
    int pipe[2];
    if (::pipe(pipe) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
      constexpr uid_t kNobody = 65'534;
      if (::geteuid() == 0 && ::setresuid(kNobody, kNobody, kNobody) != 0) ::_exit(1);
      const std::string code = refusal();
      ::_exit(::write(pipe[1], code.data(), code.size()) == static_cast<ssize_t>(code.size()) ? 0 : 1);
    }
    ::close(pipe[1]);
    std::string code(100, ' ');
    const ssize_t count = ::read(pipe[0], code.data(), code.size());
    code.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    return code;
  }
};

TEST_F(JournalStart, a_second_server_on_the_same_file_is_refused) {
  const auto journal = open();
  EXPECT_EQ(refusal(), "journal_locked");
}

// Fault B3.
TEST_F(JournalStart, a_file_locked_for_writing_by_another_program_is_refused) {
  open().reset();
  SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN EXCLUSIVE");
  EXPECT_EQ(refusal(), "journal_locked");
}

// Fault B5.
TEST_F(JournalStart, a_file_of_a_later_version_is_refused_and_left_as_it_is) {
  open().reset();
  {
    SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
    other.exec("PRAGMA user_version = 99; CREATE TABLE later (x)");
  }
  EXPECT_EQ(refusal(), "journal_newer");
  SQLite::Database other(file().string(), SQLite::OPEN_READONLY);
  EXPECT_EQ(other.execAndGet("PRAGMA user_version").getInt(), 99);
  EXPECT_TRUE(other.tableExists("later"));
}

TEST_F(JournalStart, a_file_that_is_no_database_or_another_ones_is_refused) {
  std::ofstream(file()) << std::string(10'000, 'x');
  EXPECT_EQ(refusal(), "journal_corrupt");
  EXPECT_EQ(std::filesystem::file_size(file()), 10'000U);
  std::filesystem::remove(file());
  {
    SQLite::Database other(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("CREATE TABLE notes (x)");
  }
  EXPECT_EQ(refusal(), "journal_unusable");
}

// Fault B3.
TEST_F(JournalStart, a_damaged_page_is_found_at_the_start) {
  {
    const auto journal = open();
    for (std::uint64_t i = 1; i <= 200; ++i) journal->append("room-a", batch(i, {i}, std::string(500, 'p')));
  }
  const auto size = std::filesystem::file_size(file());
  ASSERT_GT(size, 40'000U);
  damage(8 * 4'096);
  EXPECT_EQ(refusal(), "journal_corrupt");
  EXPECT_EQ(std::filesystem::file_size(file()), size) << "never reset silently";
}

TEST_F(JournalStart, a_folder_that_is_not_there_is_a_clear_error) {
  EXPECT_EQ(open_sqlite_journal(directory_ / "no" / "journal.db").error().code, "journal_unusable");
}

TEST_F(JournalStart, what_may_not_be_written_is_refused_at_once) {
  namespace fs = std::filesystem;
  open().reset();
  const auto read_only = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  fs::permissions(file(), read_only);
  fs::permissions(directory_, fs::perms::all);
  fs::permissions(file().string() + ".lock", fs::perms::all);
  EXPECT_EQ(refusal_of_a_stranger(), "journal_read_only") << "the file";
  fs::permissions(file(), fs::perms::all);
  EXPECT_EQ(refusal_of_a_stranger(), "opened");
  fs::remove(file().string() + ".lock");
  fs::permissions(directory_, read_only | fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec);
  EXPECT_EQ(refusal_of_a_stranger(), "journal_read_only") << "the folder";
  fs::permissions(directory_, fs::perms::all);
}

TEST_F(JournalStart, a_file_of_the_version_before_is_taken_over_with_its_events) {
  {
    const auto journal = open();
    journal->append("room-a", batch(1, {1, 2}));
  }
  sql("DROP TABLE snapshot; PRAGMA user_version = 1");
  const auto journal = open();
  EXPECT_EQ(journal->load("room-a", 0).value().size(), 2U);
  EXPECT_EQ(journal->load_snapshot("room-a").value(), "");
}

// Fault B5.
TEST_F(JournalStart, a_file_that_cannot_be_taken_over_whole_is_refused_and_left_as_it_was) {
  {
    const auto journal = open();
    journal->append("room-a", batch(1, {1, 2}));
  }
  sql("DROP TABLE snapshot; CREATE TABLE snapshot (half INTEGER); PRAGMA user_version = 1");
  EXPECT_EQ(refusal(), "journal_unusable");
  SQLite::Database other(file().string(), SQLite::OPEN_READONLY);
  EXPECT_EQ(other.execAndGet("PRAGMA user_version").getInt(), 1);
  EXPECT_EQ(other.execAndGet("SELECT count(*) FROM event").getInt(), 2);
}

TEST_F(JournalStart, only_the_events_after_a_number_are_read) {
  open()->append("room-a", batch(1, {1, 2, 3}));
  const auto events = open()->load("room-a", 2).value();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].seq, 3U);
}

TEST_F(JournalStart, the_last_snapshot_is_kept_for_each_meeting) {
  {
    const auto journal = open();
    journal->append("room-a", batch(1, {1, 2, 3}));
    journal->append("room-b", batch(1, {1}));
    journal->keep_snapshot("room-a", 1, "old");
    journal->keep_snapshot("room-a", 3, "new");
    journal->keep_snapshot("room-b", 1, "other");
  }
  EXPECT_EQ(open()->load_snapshot("room-a").value(), "new");
  EXPECT_EQ(open()->load_snapshot("room-b").value(), "other");
  EXPECT_EQ(open()->load_snapshot("room-c").value(), "");
}

TEST_F(JournalStart, a_snapshot_of_events_that_the_file_does_not_have_is_not_used) {
  {
    const auto journal = open();
    journal->append("room-a", batch(1, {1, 2, 3}));
    journal->keep_snapshot("room-a", 3, "of three");
  }
  sql("DELETE FROM event WHERE seq = 3");
  EXPECT_EQ(open()->load_snapshot("room-a").value(), "");
}

// A meeting that ran for a while, with its snapshot before the end.
class JournalSnapshot : public JournalStart {
 protected:
  void SetUp() override {
    JournalStart::SetUp();
    for (int i = 0; i < 20; ++i) {
      bench_.speak("person " + std::to_string(i), static_cast<signaling::Category>(i % 6));
      if (i == 14) text_ = bench_.meeting().snapshot().value();
      if (i == 14) seq_ = bench_.state().seq;
    }
    const auto journal = open();
    journal->append(rules_.meeting, {signaling::Ticket{1}, bench_.disk()});
    journal->keep_snapshot(rules_.meeting, seq_, text_);
  }
  History history() const { return load_history(*open(), rules_).value(); }
  signaling::State opened() const { return Meeting::open(rules_, history(), bench_.now()).value().state(); }

  Bench bench_;
  const Rules rules_ = bench_.meeting().rules();
  std::string text_;
  std::uint64_t seq_ = 0;
};

TEST_F(JournalSnapshot, shortens_the_start_and_changes_nothing) {
  ASSERT_TRUE(history().from);
  EXPECT_EQ(history().events.size(), bench_.disk().size() - seq_);
  const signaling::State with = opened();
  sql("DELETE FROM snapshot");
  ASSERT_FALSE(history().from);
  EXPECT_EQ(history().events.size(), bench_.disk().size());
  EXPECT_EQ(opened(), with);
}

TEST_F(JournalSnapshot, that_cannot_be_read_is_as_good_as_none) {
  const signaling::State with = opened();
  sql("UPDATE snapshot SET state = replace(state, 'person', 'nobody')");
  EXPECT_FALSE(history().from);
  EXPECT_EQ(opened(), with);
  sql("UPDATE snapshot SET state = '7 of a later version'");
  EXPECT_EQ(opened(), with);
}

// A file that is too large to be looked through before the start.
TEST_F(JournalStart, damage_in_the_old_pages_of_a_large_file_is_an_alarm_soon_after_the_start) {
  {
    const auto journal = open();
    for (std::uint64_t i = 1; i <= 200; ++i) journal->append("room-a", batch(i, {i}, std::string(500, 'p')));
    journal->append("room-b", batch(1, {1}));
  }
  damage(8 * 4'096);
  constexpr std::uintmax_t kNothing = 0;
  const auto journal = open_sqlite_journal(file(), kNothing).value();
  ASSERT_TRUE(journal->load("room-b", 0));
  EXPECT_EQ(journal->load("room-a", 0).error().code, "journal_corrupt") << "what is read is refused all the same";
  while (!journal->damaged()) std::this_thread::yield();
  journal->append("room-b", batch(1, {2}));
  EXPECT_TRUE(next(*journal).saved) << "the meetings go on";
}

TEST_F(JournalStart, is_read_beside_a_running_server) {
  const auto journal = open();
  journal->append("room-a", batch(1, {1, 2}));
  EXPECT_TRUE(next(*journal).saved);
  std::vector<std::uint64_t> seen;
  const auto take = [&](const signaling::StoredEvent& event) -> Status {
    seen.push_back(event.seq);
    return Done{};
  };
  EXPECT_TRUE(read_journal(file(), "room-a", take));
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2}));
  journal->append("room-a", batch(2, {3}));
  EXPECT_TRUE(next(*journal).saved);
  EXPECT_EQ(read_journal(directory_ / "no.db", "room-a", take).error().code, "no_journal");
  sql("PRAGMA user_version = 99");
  EXPECT_EQ(read_journal(file(), "room-a", take).error().code, "journal_newer");
}

}  // namespace
}  // namespace plenary::server::journal_start_test

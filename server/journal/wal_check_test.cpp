// Row B3 of the fault table: the log of the journal's database was cut short, or damaged, while no server ran.
#include "server/journal/wal_check.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "media/base/random.h"
#include "server/journal/journal_fixture.h"

namespace plenary::server::wal_check_test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMovedOver = 60;  // events that the database itself has
constexpr std::uint64_t kEvents = 100;    // … and with those that only the log has
constexpr std::uintmax_t kLogHeader = 32;
constexpr std::uintmax_t kFrame = 24 + 4'096;  // its header and a page

class JournalLog : public JournalTest {
 protected:
  // What a server leaves that is killed when all was acknowledged.
  void SetUp() override {
    JournalTest::SetUp();
    const auto journal = open();
    SeededRandom random(3);
    for (std::uint64_t i = 1; i <= kEvents; ++i) {
      journal->append("room-a", batch(i, {i}, std::string(random.u32() % 6'000, 'p')));
      ASSERT_TRUE(next(*journal).saved);
      if (i == kMovedOver) move_over();
    }
    fs::create_directory(left());
    for (const char* end : {"", "-wal", "-shm"}) fs::copy_file(file().string() + end, kept(end));
    log_size_ = fs::file_size(kept("-wal"));
    saved_size_ = kLogHeader + move_over() * kFrame;
    ASSERT_GT(saved_size_, 20 * kFrame);
    ASSERT_GT(log_size_, saved_size_ + 5 * kFrame) << "behind what the log has now there is what it had before";
  }
  // From the log into the database; how many frames that were.
  std::uint64_t move_over() const {
    SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
    SQLite::Statement moved(other, "PRAGMA wal_checkpoint(PASSIVE)");
    EXPECT_TRUE(moved.executeStep());
    EXPECT_EQ(moved.getColumn(1).getInt(), moved.getColumn(2).getInt()) << "all of them";
    return static_cast<std::uint64_t>(moved.getColumn(1).getInt());
  }

  fs::path left() const { return directory_ / "left"; }
  fs::path kept(const std::string& end) const { return left() / ("journal.db" + end); }
  fs::path at(const std::string& end = "") const { return directory_ / "next" / ("journal.db" + end); }
  // The files as they were left, for another start.
  void bring_back(bool with_index) const {
    fs::remove_all(at().parent_path());
    fs::copy(left(), at().parent_path());
    if (!with_index) fs::remove(at("-shm"));
  }
  // Within the header, at the ends of frames and in the middle of them.
  std::set<std::uintmax_t> cuts() const {
    std::set<std::uintmax_t> cuts = {0,
                                     1,
                                     kLogHeader - 1,
                                     kLogHeader,
                                     kLogHeader + 1,
                                     kLogHeader + kFrame,
                                     saved_size_ - 1,
                                     saved_size_,
                                     log_size_ - 1};
    SeededRandom random(4);
    while (cuts.size() < 60) {
      cuts.insert(random.u32() % log_size_);
      cuts.insert(kLogHeader + random.u32() % (log_size_ / kFrame) * kFrame);
    }
    return cuts;
  }
  std::string code() const {
    const auto opened = open_sqlite_journal(at());
    return opened ? "opened" : opened.error().code;
  }
  // How many events a server finds that starts there; they are in order, and the next one follows.
  std::uint64_t found_and_continued() const {
    auto opened = open_sqlite_journal(at());
    if (!opened) {
      ADD_FAILURE() << opened.error().message;
      return 0;
    }
    const auto events = opened.value()->load("room-a", 0).value();
    for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].seq, i + 1);
    opened.value()->append("room-a", batch(1, {events.size() + 1}));
    EXPECT_TRUE(next(*opened.value()).saved);
    opened.value().reset();
    EXPECT_EQ(open_sqlite_journal(at()).value()->load("room-a", 0).value().size(), events.size() + 1);
    return events.size();
  }

  std::uintmax_t log_size_ = 0;
  std::uintmax_t saved_size_ = 0;  // of it: what was acknowledged
};

TEST_F(JournalLog, left_by_a_kill_has_all_that_was_acknowledged) {
  bring_back(true);
  EXPECT_EQ(found_and_continued(), kEvents);
}

// Fault B3.
TEST_F(JournalLog, cut_short_of_what_was_acknowledged_is_refused_and_left_as_it_is) {
  for (const std::uintmax_t cut : cuts()) {
    SCOPED_TRACE("cut at " + std::to_string(cut) + " of " + std::to_string(saved_size_));
    bring_back(true);
    fs::resize_file(at("-wal"), cut);
    if (cut >= saved_size_) {
      EXPECT_EQ(found_and_continued(), kEvents);
      continue;
    }
    EXPECT_EQ(code(), "journal_cut");
    EXPECT_EQ(code(), "journal_cut") << "the second time as well";
    EXPECT_EQ(fs::file_size(at("-wal")), cut);
  }
}

// Fault B3. As after the index was removed, which is how one says that what is left has to do.
TEST_F(JournalLog, cut_short_and_without_its_index_is_taken_up_to_the_cut_in_order) {
  std::uint64_t most = 0;
  std::set<std::uint64_t> counts;
  for (const std::uintmax_t cut : cuts()) {  // from the shortest on
    SCOPED_TRACE("cut at " + std::to_string(cut) + " of " + std::to_string(log_size_));
    bring_back(false);
    fs::resize_file(at("-wal"), cut);
    const std::uint64_t found = found_and_continued();
    EXPECT_GE(found, std::max(most, kMovedOver)) << "what the database has, and what a shorter log had";
    EXPECT_LE(found, kEvents);
    most = std::max(most, found);
    counts.insert(found);
  }
  EXPECT_EQ(*counts.begin(), kMovedOver);
  EXPECT_GT(counts.size(), 10U);
}

// Fault B3.
TEST_F(JournalLog, removed_is_refused_too) {
  bring_back(true);
  fs::remove(at("-wal"));
  EXPECT_EQ(code(), "journal_cut");
  EXPECT_FALSE(fs::exists(at("-wal")));
}

// Fault B3.
TEST_F(JournalLog, damaged_within_is_refused) {
  for (const std::uintmax_t damaged : {std::uintmax_t{20}, kLogHeader + 4, kLogHeader + 5 * kFrame + 1'000}) {
    bring_back(true);
    std::fstream log(at("-wal"), std::ios::in | std::ios::out | std::ios::binary);
    log.seekp(static_cast<std::streamoff>(damaged));
    log << std::string(8, '\xAA');
    log.close();
    EXPECT_EQ(code(), "journal_cut") << damaged;
  }
}

TEST_F(JournalLog, with_an_act_by_half_at_its_end_was_killed_in_the_middle_of_it) {
  bring_back(true);
  std::fstream log(at("-wal"), std::ios::in | std::ios::out | std::ios::binary);
  log.seekp(static_cast<std::streamoff>(saved_size_));
  log << std::string(kFrame + 100, 'x');
  log.close();
  EXPECT_EQ(found_and_continued(), kEvents);
}

TEST_F(JournalLog, whose_index_is_of_another_time_or_unreadable_is_read_as_it_is) {
  bring_back(true);
  std::ofstream(at("-shm"), std::ios::binary) << std::string(32'768, '\x5A');
  EXPECT_EQ(found_and_continued(), kEvents);
  bring_back(true);
  fs::resize_file(at("-shm"), 50);
  EXPECT_EQ(found_and_continued(), kEvents);
}

TEST_F(JournalLog, that_is_gone_with_all_of_it_moved_over_is_missed_by_nobody) {
  const auto journal = open();
  journal->append("room-b", batch(1, {1}));
  ASSERT_TRUE(next(*journal).saved);
  move_over();
  for (const char* end : {"", "-wal", "-shm"}) {
    fs::copy_file(file().string() + end, kept(end), fs::copy_options::overwrite_existing);
  }
  bring_back(true);
  fs::remove(at("-wal"));
  EXPECT_EQ(found_and_continued(), kEvents);
}

}  // namespace
}  // namespace plenary::server::wal_check_test

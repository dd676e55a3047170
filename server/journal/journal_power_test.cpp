// Row B2 of the fault table: the power is cut. What was written and not flushed is gone, which the operating system
// never shows to who is only killed; so this program keeps for itself what each flush made durable.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <map>
#include <mutex>

#include "media/base/random.h"
#include "server/journal/journal_fixture.h"

namespace plenary::server::journal_power_test {
namespace {

constexpr const char* kAfter = "after";  // the folder of the next start, which is another disk

class Disk {
 public:
  void flushed(int descriptor) {
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    std::error_code error;
    const std::filesystem::path path = std::filesystem::read_symlink(link, error);
    struct stat status{};
    if (path.parent_path().filename() == kAfter) return;
    if (error || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return;
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    if (::pread(descriptor, bytes.data(), bytes.size(), 0) != status.st_size) return;
    const std::lock_guard lock(mutex_);
    durable_[path.filename()] = std::move(bytes);
  }
  // What another machine would find on it now. What was removed is gone: SQLite flushes the folder then. The index of
  // the log is never flushed, and is written whenever the kernel likes: it may be as new as can be.
  void copy_to(const std::filesystem::path& folder, bool with_index) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    const auto is_index = [](const auto& entry) { return entry.path().string().ends_with("-shm"); };
    for (const auto& entry : std::filesystem::directory_iterator(folder.parent_path())) {
      if (with_index && is_index(entry)) std::filesystem::copy_file(entry, folder / entry.path().filename());
    }
    const std::lock_guard lock(mutex_);
    for (const auto& [name, bytes] : durable_) {
      if (!std::filesystem::exists(folder.parent_path() / name)) continue;
      std::ofstream(folder / name, std::ios::binary) << bytes;
    }
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> durable_;
};

std::atomic<Disk*> disk = nullptr;

int flush(int descriptor, long real_call) {
  Disk* const watching = disk.load();
  if (watching == nullptr) return static_cast<int>(::syscall(real_call, descriptor));
  watching->flushed(descriptor);
  return 0;
}

class JournalPower : public JournalTest {
 protected:
  void SetUp() override {
    JournalTest::SetUp();
    disk = &disk_;
  }
  void TearDown() override {
    disk = nullptr;
    JournalTest::TearDown();
  }
  // Of the copy that a power cut at this moment leaves.
  std::size_t events_after_cut(bool with_index) {
    const std::filesystem::path folder = directory_ / kAfter;
    disk_.copy_to(folder, with_index);
    const auto opened = open_sqlite_journal(folder / file().filename());
    if (!opened) {
      ADD_FAILURE() << opened.error().message;
      return 0;
    }
    const auto events = opened.value()->load("room-a", 0).value();
    for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].seq, i + 1);
    return events.size();
  }

  Disk disk_;
};

TEST_F(JournalPower, what_was_acknowledged_is_there_after_each_of_two_hundred_power_cuts) {
  SeededRandom random(2);
  const auto journal = open();
  std::uint64_t appended = 0;
  std::uint64_t acknowledged = 0;
  for (int cut = 0; cut < 200; ++cut) {
    // Some on their way, some large, so that the log of the database comes round several times.
    for (std::uint64_t more = 1 + random.u32() % 4; more > 0; --more) {
      ++appended;
      journal->append("room-a", batch(appended, {appended}, std::string(random.u32() % 40'000, 'p')));
    }
    for (std::uint64_t wait = random.u32() % (appended - acknowledged + 1); wait > 0; --wait) {
      ASSERT_TRUE(next(*journal).saved);
      ++acknowledged;
    }
    const std::uint64_t promised = acknowledged;
    ASSERT_GE(events_after_cut(cut % 2 == 0), promised) << "cut " << cut;
  }
}

}  // namespace
}  // namespace plenary::server::journal_power_test

// What SQLite flushes with, in place of the C library's.
extern "C" int fdatasync(int descriptor) {
  return plenary::server::journal_power_test::flush(descriptor, SYS_fdatasync);
}
extern "C" int fsync(int descriptor) { return plenary::server::journal_power_test::flush(descriptor, SYS_fsync); }

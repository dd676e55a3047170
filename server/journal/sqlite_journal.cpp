#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "media/base/check.h"
#include "media/base/log.h"
#include "server/journal/file_check.h"
#include "server/journal/journal.h"
#include "server/journal/kept_token_ids.h"
#include "server/journal/sqlite_file.h"
#include "signaling/meeting/snapshot.h"

namespace plenary::server {
namespace {

constexpr std::size_t kMaxGroup = 256;             // batches in one commit; bounds the time to the first answer
constexpr std::chrono::seconds kProbeInterval{1};  // while the disk fails

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(std::unique_ptr<SqliteFile> file, std::unique_ptr<FileCheck> check, int wake)
      : file_(std::move(file)), wake_(wake), check_(std::move(check)) {
    writer_ = std::thread([this] { run(); });
  }

  // What was appended is still written.
  ~SqliteJournal() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_one();
    writer_.join();
    ::close(wake_);
  }

  Result<std::vector<signaling::StoredEvent>> load(const std::string& meeting, std::uint64_t after) override {
    const std::lock_guard lock(file_mutex_);
    return file_->load(meeting, after);
  }

  Result<std::string> load_snapshot(const std::string& meeting) override {
    const std::lock_guard lock(file_mutex_);
    return file_->load_snapshot(meeting);
  }

  void keep_snapshot(const std::string& meeting, std::uint64_t seq, std::string text) override {
    {
      const std::lock_guard lock(mutex_);
      snapshots_[meeting] = {seq, std::move(text)};
    }
    work_.notify_one();
  }

  void append(const std::string& meeting, signaling::Batch batch) override {
    {
      const std::lock_guard lock(mutex_);
      ++appended_;
      if (queue_.size() >= kMaxJournalQueue) {
        // Its answer has to come in order too, so the ticket queues without its events.
        ++queue_full_;
        batch.events.clear();
      }
      queue_.push_back({meeting, std::move(batch)});
    }
    work_.notify_one();
  }

  int descriptor() const override { return wake_; }

  std::optional<Completion> poll_completion() override {
    const std::lock_guard lock(mutex_);
    if (completions_.empty()) {
      std::uint64_t ignored = 0;
      [[maybe_unused]] const ssize_t count = ::read(wake_, &ignored, sizeof ignored);  // EAGAIN: nothing was there
      return std::nullopt;
    }
    Completion completion = std::move(completions_.front());
    completions_.pop_front();
    return completion;
  }

  bool failing() const override { return failing_; }
  bool damaged() const override { return check_ && check_->damaged(); }

  std::vector<std::pair<std::string, std::uint64_t>> counters() const override {
    const std::lock_guard lock(mutex_);
    return {
        {"appended", appended_},   {"saved", saved_},           {"not_saved", not_saved_},        {"commits", commits_},
        {"queued", queue_.size()}, {"queue_full", queue_full_}, {"failed_writes", failed_writes_},
        {"snapshots", kept_},      {"damaged", damaged() ? 1U : 0U}};
  }

 private:
  void run() {
    for (;;) {
      std::vector<MeetingBatch> group = next_group();
      if (!group.empty()) {
        write(group);
      } else if (std::map<std::string, Snapshot> snapshots = next_snapshots(); !snapshots.empty()) {
        keep(snapshots);
      } else if (failing_) {
        probe();
      } else {
        return;  // stopping, and nothing left
      }
    }
  }

  // Empty: snapshots, stopping, or time to try a failing disk again.
  std::vector<MeetingBatch> next_group() {
    std::unique_lock lock(mutex_);
    const auto is_due = [this] { return stopping_ || !queue_.empty() || (!failing_ && !snapshots_.empty()); };
    if (failing_) {
      work_.wait_for(lock, kProbeInterval, is_due);
      if (stopping_ && queue_.empty()) failing_ = false;
    } else {
      work_.wait(lock, is_due);
    }
    std::vector<MeetingBatch> group;
    while (!queue_.empty() && group.size() < kMaxGroup) {
      group.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    return group;
  }

  void write(const std::vector<MeetingBatch>& group) {
    Result<std::vector<bool>> written = [&] {
      const std::lock_guard lock(file_mutex_);
      return file_->write(group);
    }();
    if (!written) note_failure(written.error());
    const std::lock_guard lock(mutex_);
    ++(written ? commits_ : failed_writes_);
    for (std::size_t i = 0; i < group.size(); ++i) {
      const bool saved = written && written.value()[i];
      ++(saved ? saved_ : not_saved_);
      completions_.push_back({group[i].meeting, group[i].batch.ticket, saved});
    }
    if (written) note_success();
    wake();
  }

  // Events go first: nobody waits for a snapshot.
  std::map<std::string, Snapshot> next_snapshots() {
    const std::lock_guard lock(mutex_);
    return std::exchange(snapshots_, {});
  }

  void keep(const std::map<std::string, Snapshot>& snapshots) {
    for (const auto& [meeting, snapshot] : snapshots) {
      const Status kept = [&] {
        const std::lock_guard lock(file_mutex_);
        return file_->keep_snapshot(meeting, snapshot);
      }();
      // Events will tell whether the disk fails; without a snapshot only the next start is slower.
      if (!kept) log(LogLevel::warning, "journal.no_snapshot", {{"meeting", meeting}, {"detail", kept.error().message}});
      const std::lock_guard lock(mutex_);
      kept_ += kept ? 1 : 0;
    }
  }

  void probe() {
    const Status probed = [&] {
      const std::lock_guard lock(file_mutex_);
      return file_->probe();
    }();
    if (!probed) return;
    const std::lock_guard lock(mutex_);
    note_success();
    wake();
  }

  void note_failure(const Error& error) {
    if (!failing_.exchange(true))
      log(LogLevel::error, "journal.failing", {{"code", error.code}, {"detail", error.message}});
  }

  void note_success() {
    if (failing_.exchange(false)) log(LogLevel::info, "journal.recovered");
  }

  void wake() {
    const std::uint64_t one = 1;
    PLENARY_CHECK(::write(wake_, &one, sizeof one) == sizeof one);
  }

  std::unique_ptr<SqliteFile> file_;
  std::mutex file_mutex_;  // load() beside the writer
  const int wake_;
  std::atomic<bool> failing_{false};

  mutable std::mutex mutex_;  // everything below
  std::condition_variable work_;
  std::deque<MeetingBatch> queue_;
  std::deque<Completion> completions_;
  std::map<std::string, Snapshot> snapshots_;
  bool stopping_ = false;
  std::uint64_t appended_ = 0;
  std::uint64_t saved_ = 0;
  std::uint64_t not_saved_ = 0;
  std::uint64_t commits_ = 0;
  std::uint64_t failed_writes_ = 0;
  std::uint64_t queue_full_ = 0;
  std::uint64_t kept_ = 0;

  std::unique_ptr<FileCheck> check_;  // null: all was looked through at the start
  std::thread writer_;
};

}  // namespace

Result<std::unique_ptr<Journal>> open_sqlite_journal(const std::filesystem::path& file,
                                                     std::uintmax_t checked_at_start) {
  Result<std::unique_ptr<SqliteFile>> opened = SqliteFile::open(file, checked_at_start);
  if (!opened) return opened.error();
  const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) return Error{"journal_unusable", "No descriptor left for the journal; raise the limit of open files."};
  std::unique_ptr<FileCheck> check;
  if (std::filesystem::file_size(file) > checked_at_start) check = std::make_unique<FileCheck>(file);
  return std::unique_ptr<Journal>(
      std::make_unique<SqliteJournal>(std::move(opened).value(), std::move(check), wake));
}

Result<signaling::History> load_history(Journal& journal, const signaling::Rules& rules) {
  const Result<std::string> snapshot = journal.load_snapshot(rules.meeting);
  if (!snapshot) return snapshot.error();
  signaling::History history;
  history.from = signaling::read_snapshot(*snapshot, rules);
  auto events = journal.load(rules.meeting, history.from ? history.from->seq : 0);
  if (!events) return events.error();
  history.events = std::move(events).value();
  for (signaling::StoredEvent& event : history.events) renew_token_ids(event.payload);
  return history;
}

}  // namespace plenary::server

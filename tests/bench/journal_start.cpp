// How long a start takes over a journal that was written for a long time, with the last snapshot and without any:
// journal_start [EVENTS]. A million are 170,000 speeches: ten rooms of seventy speeches on each of 240 days.
#include <fmt/format.h>
#include <poll.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>

#include "server/journal/journal.h"
#include "signaling/meeting/event_json.h"
#include "signaling/meeting/fold.h"
#include "signaling/meeting/snapshot.h"

namespace plenary::server {
namespace {

using namespace signaling;

const Rules kRules{.meeting = "room-a", .room = "room-a", .title = "Room A", .languages = {"en", "fr"}};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The events of one speech, as a meeting makes them.
std::vector<EventBody> speech(std::uint64_t number) {
  const std::uint64_t speaker = 1 + number % 2'000;
  Requested requested{.request = RequestId{number}, .kind = RequestKind::statement};
  requested.person = {.id = ParticipantId{speaker}, .identity = "sub:" + std::to_string(speaker)};
  requested.person.name = "Speaker " + std::to_string(speaker);
  requested.person.organisation = "Ministry of Digital Affairs";
  requested.person.category = static_cast<Category>(speaker % 6);
  requested.topic = "Rural access and the cost of the last mile";
  requested.language = "en";
  requested.key = "8d4f2a6e-" + std::to_string(number);
  requested.limit = std::chrono::minutes(3);
  const RequestId id{number};
  return {requested,
          Moved{id, RequestState::standby, "", {}},
          Readied{id},
          Moved{id, RequestState::granted, "", {}},
          Moved{id, RequestState::on_air, "", {}},
          Moved{id, RequestState::released, "finished", {}}};
}

void wait_for(Journal& journal, std::size_t& unsaved, std::size_t at_most) {
  while (unsaved > at_most) {
    while (const auto completion = journal.poll_completion()) --unsaved;
    pollfd wait{journal.descriptor(), POLLIN, 0};
    if (unsaved > at_most) ::poll(&wait, 1, 1'000);
  }
}

void write(Journal& journal, std::uint64_t events) {
  State state = first_state(kRules);
  std::size_t unsaved = 0;
  Batch batch;
  for (std::uint64_t number = 1; state.seq < events; ++number) {
    for (EventBody& body : speech(number)) {
      const Moment at(Milliseconds(1'764'000'000'000 + 30'000 * static_cast<std::int64_t>(state.seq)));
      const Event event{state.seq + 1, at, WallTime(at.time_since_epoch()), "p-1/moderator", std::move(body)};
      apply(state, event);
      batch.events.push_back(store_event(event));
    }
    if (number % 20 != 0 && state.seq < events) continue;
    journal.append(kRules.meeting, std::exchange(batch, {}));
    wait_for(journal, ++unsaved, 1'000);
    // The last one lies as far back as it can.
    const bool is_near = state.seq + kSnapshotEvery + 200 > events && state.seq + kSnapshotEvery <= events;
    if (is_near) journal.keep_snapshot(kRules.meeting, state.seq, write_snapshot(state, kRules));
  }
  wait_for(journal, unsaved, 0);
}

void measure(const std::filesystem::path& file, std::string_view name) {
  const auto start = std::chrono::steady_clock::now();
  const auto journal = open_sqlite_journal(file).value();
  const double opened = seconds_since(start);
  const History history = load_history(*journal, kRules).value();
  const double loaded = seconds_since(start);
  const Meeting meeting = Meeting::open(kRules, history, Now{}).value();
  const double folded = seconds_since(start);
  fmt::print("{}: {:.3f} s (file {:.3f}, {} events read {:.3f}, folded {:.3f}), {} spoke\n", name, folded, opened,
             history.events.size(), loaded - opened, folded - loaded, meeting.state().spoken_by_person.size());
  const auto before = std::chrono::steady_clock::now();
  const std::size_t size = meeting.snapshot().value().size();
  fmt::print("  a snapshot is made in {:.1f} ms, {} KiB\n", 1'000 * seconds_since(before), size / 1'024);
}

int run(std::uint64_t events) {
  std::string folder = (std::filesystem::temp_directory_path() / "plenary-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  const std::filesystem::path file = std::filesystem::path(folder) / "journal.db";
  write(*open_sqlite_journal(file).value(), events);
  fmt::print("{} events, {} MiB\n", events, std::filesystem::file_size(file) >> 20);
  measure(file, "with the last snapshot");
  // One that cannot be read is as good as none.
  open_sqlite_journal(file).value()->keep_snapshot(kRules.meeting, 1, "");
  measure(file, "from the first event");
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace plenary::server

int main(int argc, char** argv) {
  return plenary::server::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000);
}

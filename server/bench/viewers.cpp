#include "server/bench/viewers.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/bench/fleet.h"
#include "server/bench/report.h"
#include "server/bench/viewer.h"

namespace plenary::bench {
namespace {

constexpr unsigned kDecryptEvery = 16;  // libsrtp would cost more than all the rest
constexpr rlim_t kSpareDescriptors = 256;

struct ViewerSession : Session<Viewer> {
  using Session::Session;

  [[nodiscard]] bool ready() const { return has_media; }
  void tick(Instant now) {
    if (!due || now < *due) return;
    client.handle_timeout(now);
    flush();
  }
  void flush() {
    send_outputs();
    due = client.next_timeout();
    if (has_media || client.state() != ClientState::connected) return;
    const std::vector<SlotReport> slots = client.slots();
    has_media = std::ranges::any_of(slots, [](const SlotReport& slot) { return slot.first_packet.has_value(); });
  }

  std::optional<Instant> due;
  bool has_media = false;
};

void raise_descriptor_limit(unsigned viewers) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = 2 * rlim_t{viewers} + kSpareDescriptors;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

class Run {
 public:
  explicit Run(const ViewersOptions& options) : options_(options), fleet_(options.url, options.token) {}

  int execute();

 private:
  struct Sum {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::int64_t lost = 0;
    std::uint64_t video_frames = 0;
    unsigned connected = 0;
    unsigned failed = 0;
  };

  [[nodiscard]] std::size_t come() const { return fleet_.members().size() + fleet_.refused_sockets(); }
  void join_due(Instant now);
  [[nodiscard]] Sum sum() const;
  void show(Instant now, const char* what);
  RunReport gather(const Sum& before, const Sum& after, Duration measured, double cpu) const;

  const ViewersOptions options_;
  Fleet<ViewerSession> fleet_;
  Instant started_{};
  Instant next_line_{};
  Sum shown_;
};

void Run::join_due(Instant now) {
  const auto due = static_cast<std::uint64_t>(as_seconds(now - started_) * options_.joins) + 1;
  const ViewerSettings settings{.srtp = options_.aes_cm ? crypto::SrtpOffer::aes_cm : crypto::SrtpOffer::both,
                                .receive = {.decrypt_every = kDecryptEvery}};
  const auto make = [&](const auto& certificate, RandomSource& random, ClientSocket&& socket) {
    return std::make_unique<ViewerSession>(Viewer(settings, certificate, random), std::move(socket));
  };
  while (come() < std::min<std::uint64_t>(due, options_.viewers)) fleet_.join(make, now);
}

Run::Sum Run::sum() const {
  Sum sum;
  for (const auto& session : fleet_.members()) {
    sum.connected += session->client.state() == ClientState::connected ? 1 : 0;
    sum.failed += session->failure().empty() ? 0 : 1;
    for (const SlotReport& slot : session->client.slots()) {
      sum.packets += slot.packets;
      sum.bytes += slot.bytes;
      sum.lost += slot.lost;
      if (slot.kind == MediaKind::video) sum.video_frames += slot.frames;
    }
  }
  return sum;
}

void Run::show(Instant now, const char* what) {
  if (now < next_line_) return;
  const Sum current = sum();
  const double interval = as_seconds(now - next_line_) + 1;
  next_line_ = now + std::chrono::seconds(1);
  std::fprintf(
      stderr, "%3.0f s %s: %u of %u connected, %u failed, %.1f Mbit/s, %lld lost, %.0f frames/s\n",
      as_seconds(now - started_), what, current.connected, options_.viewers, current.failed,
      static_cast<double>(current.bytes - std::min(current.bytes, shown_.bytes)) * 8 / 1e6 / interval,
      static_cast<long long>(current.lost),
      static_cast<double>(current.video_frames - std::min(current.video_frames, shown_.video_frames)) / interval);
  shown_ = current;
}

RunReport Run::gather(const Sum& before, const Sum& after, Duration measured, double cpu) const {
  RunReport report;
  report.url = options_.url;
  report.asked = options_.viewers;
  report.seconds = as_seconds(measured);
  report.cpu_seconds = cpu;
  report.bytes_measured = after.bytes - std::min(after.bytes, before.bytes);
  report.frames_measured = after.video_frames - std::min(after.video_frames, before.video_frames);
  if (fleet_.refused_sockets() > 0) report.failures["no_socket"] = fleet_.refused_sockets();
  for (const auto& session : fleet_.members()) {
    const Viewer& viewer = session->client;
    const auto since_post = [&](const std::optional<Instant>& at, std::vector<double>& values) {
      if (at) values.push_back(as_milliseconds(*at - session->posted));
    };
    since_post(session->answered, report.to_answer);
    since_post(viewer.connected_at(), report.to_connected);
    report.connected += viewer.connected_at() ? 1 : 0;
    report.with_media += session->has_media ? 1 : 0;
    report.gcm += viewer.profile() == crypto::SrtpProfile::aead_aes_128_gcm ? 1 : 0;
    if (const std::string failure = session->failure(); !failure.empty()) {
      ++report.failures[failure];
    } else if (!session->has_media) {
      ++report.failures["no_media"];
    }
    std::optional<Instant> first_packet;
    for (const SlotReport& slot : viewer.slots()) {
      report.media[static_cast<std::size_t>(slot.kind)].add(slot);
      if (slot.first_packet && (!first_packet || *slot.first_packet < *first_packet)) first_packet = slot.first_packet;
      if (slot.kind == MediaKind::video) since_post(slot.first_key_frame, report.to_first_key_frame);
    }
    since_post(first_packet, report.to_first_packet);
    const ReceiveTotals totals = viewer.totals();
    report.totals.decrypted += totals.decrypted;
    report.totals.unauthentic += totals.unauthentic;
    report.totals.unknown += totals.unknown;
    report.totals.sender_reports += totals.sender_reports;
    report.totals.nacks += totals.nacks;
    report.totals.key_frame_requests += totals.key_frame_requests;
  }
  return report;
}

int Run::execute() {
  started_ = io::read_monotonic();
  Instant now = started_;
  while (come() < options_.viewers || !fleet_.settled(now)) {
    join_due(now);
    fleet_.turn();
    now = io::read_monotonic();
    show(now, "joining");
  }
  const Instant begin = now;
  const Sum before = sum();
  const double cpu_before = cpu_seconds();
  const Instant end = begin + std::chrono::seconds(options_.seconds);
  while (now < end) {
    fleet_.turn();
    now = io::read_monotonic();
    show(now, "watching");
  }
  const double cpu = cpu_seconds() - cpu_before;
  RunReport report = gather(before, sum(), now - begin, cpu);
  fleet_.say_goodbye();
  return conclude("viewers", write_json(report), report.failures);
}

}  // namespace

int bench_viewers(const ViewersOptions& options) {
  if (!options_make_sense("viewers", options.url, options.viewers, kMaxViewers, options.seconds)) return 2;
  if (options.joins == 0 || options.joins > kMaxJoins) {
    std::fprintf(stderr, "plenary bench viewers: 1 to %u may join a second\n", kMaxJoins);
    return 2;
  }
  raise_descriptor_limit(options.viewers);
  Run run(options);
  return run.execute();
}

}  // namespace plenary::bench

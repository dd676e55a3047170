#include "server/bench/speakers.h"

#include <memory>
#include <utility>

#include "server/bench/fleet.h"
#include "server/bench/made_frames.h"
#include "server/bench/speaker.h"

namespace plenary::bench {
namespace {

struct SpeakerSession : Session<Speaker> {
  using Session::Session;

  [[nodiscard]] bool ready() const { return client.state() == ClientState::connected; }
  void tick(Instant now) {
    if (const auto due = client.next_timeout(); due && now >= *due) client.handle_timeout(now);
    if (client.take_key_frame_request()) frames.request_key_frame();
    if (ready()) {
      for (const rtp::Frame& frame : frames.take(now)) client.send_frame(frame, now);
    }
    flush();
  }
  void flush() { send_outputs(); }

  MadeFrames frames{kVideoBitrate};
};

SpeakersReport gather(const Fleet<SpeakerSession>& fleet) {
  SpeakersReport report;
  if (fleet.refused_sockets() > 0) report.failures["no_socket"] = fleet.refused_sockets();
  for (const auto& session : fleet.members()) {
    const Speaker& speaker = session->client;
    if (const auto at = speaker.connected_at()) {
      ++report.connected;
      report.to_connected_ms.push_back(as_milliseconds(*at - session->posted));
    }
    if (const auto time = speaker.round_trip()) report.round_trip_ms.push_back(as_milliseconds(*time));
    bool heard_of = false;
    for (const SendReport& stream : speaker.reports()) {
      heard_of |= stream.reports > 0;
      report.streams.push_back(stream);
    }
    if (const std::string failure = session->failure(); !failure.empty()) {
      ++report.failures[failure];
    } else if (!heard_of) {
      ++report.failures["no_report"];
    }
  }
  return report;
}

}  // namespace

int bench_speakers(const SpeakersOptions& options) {
  if (!options_make_sense("speakers", options.url, options.speakers, kMaxSpeakers, options.seconds)) return 2;
  Fleet<SpeakerSession> fleet(options.url, options.token);
  Instant now = io::read_monotonic();
  const auto make = [](const auto& certificate, RandomSource& random, ClientSocket&& socket) {
    return std::make_unique<SpeakerSession>(Speaker(certificate, random), std::move(socket));
  };
  for (unsigned i = 0; i < options.speakers; ++i) fleet.join(make, now);
  while (!fleet.settled(now)) {
    fleet.turn();
    now = io::read_monotonic();
  }
  const Instant begin = now;
  const double cpu_before = cpu_seconds();
  while (now - begin < std::chrono::seconds(options.seconds)) {
    fleet.turn();
    now = io::read_monotonic();
  }
  SpeakersReport report = gather(fleet);
  report.url = options.url;
  report.asked = options.speakers;
  report.seconds = as_seconds(now - begin);
  report.cpu_seconds = cpu_seconds() - cpu_before;
  fleet.say_goodbye();
  return conclude("speakers", write_json(report), report.failures);
}

}  // namespace plenary::bench

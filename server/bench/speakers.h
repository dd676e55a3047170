// `plenary bench speakers`: real WebRTC speakers over WHIP, many in one process and one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/bench/media_sender.h"

namespace plenary::bench {

constexpr unsigned kMaxSpeakers = 1'000;
constexpr unsigned kVideoBitrate = 1'500'000;  // bit/s of each, as a browser's camera at 720p

struct SpeakersOptions {
  std::string url;  // http or https, WHIP
  unsigned speakers = 1;
  unsigned seconds = 10;  // of sending, from when the last one is connected or has failed
  std::string token;      // sent as Bearer when not empty
};

struct SpeakersReport {
  std::string url;
  unsigned asked = 0;
  unsigned connected = 0;
  std::map<std::string, unsigned> failures;  // by word
  double seconds = 0;
  double cpu_seconds = 0;
  std::vector<SendReport> streams;  // of all
  std::vector<double> round_trip_ms;
  std::vector<double> to_connected_ms;  // from the POST
};
// Indented, with a newline at its end. Sorts the vectors.
std::string write_json(SpeakersReport& report);

// Blocks. Prints one JSON object on stdout at the end. Returns the exit status: 0 if all speakers were connected and
// heard of by reports, 1 if some were not (the reason stands on stderr and in the JSON), 2 for options that make no
// sense. A server of ours takes one upload a token, the newest: give others' URLs, or one speaker.
int bench_speakers(const SpeakersOptions& options);

}  // namespace plenary::bench

// The figures of a run, gathered viewer by viewer, and their JSON.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "media/base/time.h"
#include "server/bench/viewer.h"

namespace plenary::bench {

// The value below which `percent` of all lie (nearest rank); 0 if there are none. Sorts.
double percentile(std::vector<double>& values, double percent);

struct MediaFigures {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::int64_t lost = 0;
  std::uint64_t recovered = 0;
  std::uint64_t given_up = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t retransmissions = 0;
  std::uint64_t frames = 0;
  std::uint64_t broken_frames = 0;
  std::vector<double> jitter_ms;

  void add(const SlotReport& slot);
};

struct RunReport {
  std::string url;
  unsigned asked = 0;
  unsigned connected = 0;                    // got keys
  unsigned with_media = 0;                   // got a packet of each m-line's kind that the server answered
  std::map<std::string, unsigned> failures;  // by word
  unsigned gcm = 0;                          // of the connected
  double seconds = 0;                        // of the measured part
  double cpu_seconds = 0;                    // ours, in the measured part
  std::uint64_t bytes_measured = 0;          // media bytes within it
  std::uint64_t frames_measured = 0;         // video
  std::array<MediaFigures, 2> media;         // by MediaKind, over the whole run
  ReceiveTotals totals;
  // Milliseconds from the POST.
  std::vector<double> to_answer;
  std::vector<double> to_connected;
  std::vector<double> to_first_packet;
  std::vector<double> to_first_key_frame;
};

// Indented, with a newline at its end. Sorts the vectors.
std::string write_json(RunReport& report);

}  // namespace plenary::bench

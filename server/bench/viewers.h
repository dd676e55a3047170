// `plenary bench viewers`: real WebRTC viewers over WHEP, many in one process and one thread.
#pragma once

#include <string>

namespace plenary::bench {

constexpr unsigned kMaxViewers = 10'000;
constexpr unsigned kMaxJoins = 1'000;  // a second: all at once would measure nothing but the queue

struct ViewersOptions {
  std::string url;  // http or https, WHEP
  unsigned viewers = 1;
  unsigned seconds = 10;  // of watching, from when the last one has joined or failed
  unsigned joins = 50;    // a second: a forum's doors opening
  std::string token;      // sent as Bearer when not empty
  bool aes_cm = false;    // offer nothing else, as clients without AES-GCM do
};

// Blocks. Prints one JSON object on stdout at the end and a live line a second on stderr. Returns the exit status: 0 if
// all viewers got media, 1 if some did not (the reason stands on stderr and in the JSON), 2 for options that make no
// sense.
int bench_viewers(const ViewersOptions& options);

}  // namespace plenary::bench

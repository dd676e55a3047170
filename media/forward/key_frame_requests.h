// One track's wish for a key frame: however many ask, the source hears it once an interval, and again until one comes.
#pragma once

#include <optional>

#include "media/base/time.h"

namespace plenary::forward {

constexpr Duration kKeyFrameIntervalEncoder = std::chrono::milliseconds(250);  // our own encoders
constexpr Duration kKeyFrameIntervalBrowser = std::chrono::milliseconds(500);  // more triples a publisher's bit rate
// A source that has not answered for so long never does (a camera passed through): asked rarely, and its groups of
// pictures are replayed instead.
constexpr Duration kKeyFrameUnanswered = std::chrono::milliseconds(600);
constexpr Duration kKeyFrameIntervalDeaf = std::chrono::seconds(2);

class KeyFrameRequests {
 public:
  explicit KeyFrameRequests(Duration interval) : interval_(interval) {}

  void want(Instant now);
  void handle_key_frame(Instant now);
  // The source is silent: nobody can answer.
  void forget_wish() { wanted_since_.reset(); }
  // Another source: what was learnt about the old one is forgotten.
  void forget();
  // True when the source is to be asked now.
  bool poll(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  [[nodiscard]] bool source_answers() const { return answers_; }
  [[nodiscard]] bool wanted() const { return wanted_since_.has_value(); }

 private:
  Duration interval_;
  std::optional<Instant> wanted_since_;
  std::optional<Instant> asked_since_;  // for the present wish
  std::optional<Instant> asked_at_;
  bool answers_ = true;
};

}  // namespace plenary::forward

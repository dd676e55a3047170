// What a shard leaves out while it cannot keep up, and when that comes back: first what pictures have beyond their
// middle and their lowest layer, then pictures; sound never. It looks at each turn of the loop, as CoDel looks at a
// queue (RFC 8289 §4): one long turn is a burst, and only turns that are all too long for a while are too much work.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "media/base/time.h"

namespace plenary::io {

enum class Shed : std::uint8_t {
  nothing,
  highest_layer,  // a picture in three layers is its middle one at most
  higher_layers,  // its lowest one
  pictures,       // all of them
};
// "highest_layer"
std::string_view shed_name(Shed shed);

// A turn, or the wait of a datagram before it, is late from here: two packets of sound, about what players hold back.
constexpr Duration kLagLate = std::chrono::milliseconds(40);
// From here a step that did not help is followed by the next without such patience: a few times as much, and sound is
// too old to be sent (forward::kMaxAge).
constexpr Duration kLagSevere = std::chrono::milliseconds(120);
// All turns must have been late for so long, and so many of them, before something goes: sound does not wait for it, and
// pictures so old are no longer sent (forward::kMaxAge). A key frame to a thousand and what came meanwhile, or hundreds of
// joins in one turn, is over sooner; a machine that stood still is late once or twice.
constexpr Duration kLateFor = std::chrono::milliseconds(500);
constexpr int kLateTurns = 3;
constexpr int kSevereTurns = 2;  // the first one after a step still has the backlog of before
// A turn that is less late than this part of the one before: the backlog shrinks by itself and is left to.
constexpr int kShrinksPercent = 80;
// A step comes back after so long without a late turn, if the thread had half of the time to spare: a layer is about
// three times the one below it, but there is also sound.
constexpr Duration kReturnAfter = std::chrono::seconds(5);
constexpr int kReturnBusyPercent = 50;
// A step that came back and had to go within this did not last; the next wait is twice as long, up to the longest.
constexpr Duration kReturnLasted = std::chrono::seconds(20);
constexpr Duration kReturnAfterLongest = std::chrono::seconds(80);
constexpr Duration kBusyWindow = std::chrono::seconds(1);

class LoadShedding {
 public:
  struct Turn {
    Instant woke{};
    Instant ended{};    // all that was due is written
    Duration waited{};  // of the oldest datagram that was read in it
  };
  // After each turn. Nothing: what is left out stays the same.
  std::optional<Shed> handle_turn(const Turn& turn);
  // The step down that was just returned saves nothing, for hardly anybody has such layers: the next one in its place.
  Shed go_further();

  [[nodiscard]] Shed shed() const { return shed_; }
  // The last turn was late: sound goes before everything else.
  [[nodiscard]] bool is_late() const { return last_lag_ >= kLagLate; }

 private:
  void measure(const Turn& turn);
  std::optional<Shed> handle_late(Duration lag, bool shrinks, const Turn& turn);
  Shed give_up(Instant now);

  Shed shed_ = Shed::nothing;
  std::optional<Instant> late_since_;  // all turns from here on
  int late_turns_ = 0;
  bool gave_up_ = false;  // since then
  Duration last_lag_{};
  Instant calm_since_{};
  std::optional<Instant> returned_at_;
  Duration return_after_ = kReturnAfter;
  Instant window_{};
  Duration busy_{};
  int busy_percent_ = 100;  // in the last whole window
};

}  // namespace plenary::io

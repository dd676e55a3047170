// What somebody simulated does, as a state machine: joins, watches, asks, answers the call, speaks, ends, leaves and
// comes back. Sans-IO and seeded: what their page shows and the time come in, acts come out. It holds no rule of the
// floor; it looks at the list and does what people do.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <variant>

#include "media/base/time.h"

namespace plenary::people {

enum class Place : std::uint8_t { remote, room };  // somebody in the room has no page and no camera of their own

// An open request of theirs, as the list shows it.
struct OwnRequest {
  std::string request;
  std::string state;
  bool ready = false;

  bool operator==(const OwnRequest&) const = default;
};

// What they see.
struct Sight {
  bool joined = false;       // their page is in the meeting
  bool may_ask = false;      // live, the list is open and short
  bool media_flows = false;  // the server has their camera and microphone
  std::optional<OwnRequest> own;
};

namespace act {
struct Join {};
struct Leave {};
struct Ask {
  std::string kind;
};
struct Withdraw {
  std::string request;
};
struct OpenCamera {};
struct CloseCamera {};
struct SayReady {
  std::string request;
};
struct Release {
  std::string request;
};
}  // namespace act
using Act = std::variant<act::Join, act::Leave, act::Ask, act::Withdraw, act::OpenCamera, act::CloseCamera,
                         act::SayReady, act::Release>;

constexpr Duration kJoinPatience = std::chrono::seconds(15);      // then the page is opened anew
constexpr Duration kLongestJoinPause = std::chrono::seconds(30);  // doubled from two seconds at each failure
constexpr Duration kAnswerPatience = std::chrono::seconds(10);  // for an act's effect to be seen; then it is done again

class Person {
 public:
  // `first`: when they come; `pace`: how many times faster than people do they do things. The same seed does the same
  // at the same sights.
  Person(Place place, std::uint64_t seed, Instant first, double pace = 1);

  // Whenever what they see may have changed, and when next_timeout() has come.
  void look(const Sight& sight, Instant now);
  std::optional<Act> poll_act();
  [[nodiscard]] std::optional<Instant> next_timeout() const { return due_; }
  [[nodiscard]] bool camera_open() const { return camera_open_; }

 private:
  enum class Mood : std::uint8_t { away, joining, watching, asking };

  Duration between(int from_seconds, int to_seconds);
  bool chance(unsigned percent);
  void look_away(const Sight& sight, Instant now);
  void watch(const Sight& sight, Instant now);
  void follow(const OwnRequest& own, const Sight& sight, Instant now);
  void answer_call(const OwnRequest& own, const Sight& sight, Instant now);
  void speak(const OwnRequest& own, Instant now);
  void end_request(Instant now);
  void open_camera();
  void close_camera();

  const Place place_;
  const double pace_;
  std::mt19937_64 luck_;
  Mood mood_ = Mood::away;
  std::optional<Instant> due_;
  unsigned join_failures_ = 0;
  unsigned speeches_ = 0;
  bool camera_open_ = false;
  // Of the open request:
  std::string state_;
  std::optional<Instant> gives_up_;  // withdraws then, if still waiting
  bool misses_the_call_ = false;     // once
  std::optional<Instant> acts_at_;   // says ready, or ends the speech
  std::optional<Duration> speech_left_;
  std::deque<Act> acts_;
};

}  // namespace plenary::people

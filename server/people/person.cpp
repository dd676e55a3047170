#include "server/people/person.h"

#include <algorithm>

namespace plenary::people {
namespace {

using std::chrono::seconds;

constexpr Duration kFirstJoinPause = seconds(2);
constexpr Duration kLookAgain = seconds(1);  // while waiting for something that no event tells
constexpr unsigned kWithdraws = 15;          // percent of requests that are given up while waiting
constexpr unsigned kMissesCall = 10;         // percent that do not answer the first call
constexpr unsigned kPointsOfOrder = 4;       // percent of requests
constexpr unsigned kQuestions = 40;
constexpr unsigned kLeaves = 30;  // percent that go away for a while after they spoke

bool waits(const std::string& state) { return state == "pending" || state == "queued"; }

}  // namespace

Person::Person(Place place, std::uint64_t seed, Instant first, double pace)
    : place_(place), pace_(pace), luck_(seed), due_(first) {}

Duration Person::between(int from_seconds, int to_seconds) {
  const auto span = static_cast<std::uint64_t>(to_seconds - from_seconds) * 1'000 + 1;
  const auto milliseconds = static_cast<double>(from_seconds * 1'000LL + static_cast<std::int64_t>(luck_() % span));
  return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds / pace_));
}
bool Person::chance(unsigned percent) { return luck_() % 100 < percent; }

std::optional<Act> Person::poll_act() {
  if (acts_.empty()) return std::nullopt;
  Act act = std::move(acts_.front());
  acts_.pop_front();
  return act;
}

void Person::open_camera() {
  if (place_ == Place::room || camera_open_) return;
  camera_open_ = true;
  acts_.emplace_back(act::OpenCamera{});
}

void Person::close_camera() {
  if (!camera_open_) return;
  camera_open_ = false;
  acts_.emplace_back(act::CloseCamera{});
}

void Person::look(const Sight& sight, Instant now) {
  if (mood_ == Mood::away || mood_ == Mood::joining || !sight.joined) return look_away(sight, now);
  if (sight.own) return follow(*sight.own, sight, now);
  watch(sight, now);
}

void Person::look_away(const Sight& sight, Instant now) {
  if (sight.joined && mood_ != Mood::away) {
    mood_ = Mood::watching;
    join_failures_ = 0;
    state_.clear();
    due_ = now + (speeches_ == 0 ? between(2, 40) : between(20, 90));
    if (sight.own) follow(*sight.own, sight, now);
    return;
  }
  if (mood_ != Mood::away && mood_ != Mood::joining) {  // the connection broke
    mood_ = Mood::away;
    close_camera();
    state_.clear();
    due_ = now + kFirstJoinPause + between(0, 2);
  }
  if (due_ && now < *due_) return;
  if (mood_ == Mood::joining) {  // in vain
    Duration pause = kFirstJoinPause;
    for (unsigned i = 0; i < join_failures_ && pause < kLongestJoinPause; ++i) pause *= 2;
    ++join_failures_;
    mood_ = Mood::away;
    due_ = now + std::min(pause, kLongestJoinPause) + between(0, 2);
    if (place_ == Place::remote) acts_.emplace_back(act::Leave{});
    return;
  }
  mood_ = Mood::joining;
  due_ = now + kJoinPatience;
  if (place_ == Place::remote) acts_.emplace_back(act::Join{});
  // Who is in the room already has nothing to open.
  if (sight.joined) look_away(sight, now);
}

void Person::watch(const Sight& sight, Instant now) {
  if (!state_.empty()) end_request(now);
  if (mood_ == Mood::asking && due_ && now >= *due_) {  // refused, or lost
    mood_ = Mood::watching;
    due_ = now + between(15, 60);
  }
  if (mood_ != Mood::watching || (due_ && now < *due_)) return;
  if (!sight.may_ask) {
    due_ = now + between(4, 15);
    return;
  }
  mood_ = Mood::asking;
  due_ = now + kAnswerPatience;
  const unsigned what = static_cast<unsigned>(luck_() % 100);
  const char* kind = what < kPointsOfOrder                ? "point_of_order"
                     : what < kPointsOfOrder + kQuestions ? "question"
                                                          : "statement";
  acts_.emplace_back(act::Ask{kind});
}

void Person::end_request(Instant now) {
  const bool spoke = speech_left_.has_value();
  state_.clear();
  close_camera();
  gives_up_.reset();
  acts_at_.reset();
  speech_left_.reset();
  misses_the_call_ = false;
  mood_ = Mood::watching;
  due_ = now + between(30, 120);
  if (!spoke) return;
  ++speeches_;
  if (place_ == Place::room || !chance(kLeaves)) return;
  mood_ = Mood::away;
  due_ = now + between(30, 90);
  acts_.emplace_back(act::Leave{});
}

void Person::follow(const OwnRequest& own, const Sight& sight, Instant now) {
  mood_ = Mood::asking;
  if (state_.empty()) {  // new
    if (chance(kWithdraws)) gives_up_ = now + between(60, 180);
    misses_the_call_ = place_ == Place::remote && chance(kMissesCall);
  }
  if (state_ == "standby" && waits(own.state)) misses_the_call_ = false;  // passed over once is enough
  const bool changed = state_ != own.state;
  state_ = own.state;
  due_.reset();
  if (waits(own.state)) {
    close_camera();
    acts_at_.reset();
    due_ = gives_up_;
    if (gives_up_ && now >= *gives_up_) {
      acts_.emplace_back(act::Withdraw{own.request});
      gives_up_ = due_ = now + kAnswerPatience;
    }
  } else if (own.state == "standby") {
    if (changed) acts_at_ = now + between(2, 6);
    answer_call(own, sight, now);
  } else if (own.state == "on_air") {
    if (changed) acts_at_ = now + speech_left_.value_or(between(20, 60));
    if (!speech_left_) speech_left_ = Duration{};  // from now on they have spoken
    speak(own, now);
  } else {
    open_camera();
    if (changed && acts_at_ && speech_left_) speech_left_ = std::max<Duration>(*acts_at_ - now, seconds(5));
    if (changed) acts_at_.reset();
  }
}

void Person::answer_call(const OwnRequest& own, const Sight& sight, Instant now) {
  open_camera();
  if (own.ready || misses_the_call_) return;
  due_ = std::max(acts_at_.value_or(now), now + kLookAgain);
  if (acts_at_ && now < *acts_at_) {
    due_ = acts_at_;
    return;
  }
  if (place_ == Place::remote && !sight.media_flows) return;
  acts_.emplace_back(act::SayReady{own.request});
  acts_at_ = due_ = now + kAnswerPatience;
}

void Person::speak(const OwnRequest& own, Instant now) {
  open_camera();
  due_ = acts_at_;
  if (!acts_at_ || now < *acts_at_) return;
  acts_.emplace_back(act::Release{own.request});
  acts_at_ = due_ = now + kAnswerPatience;
}

}  // namespace plenary::people

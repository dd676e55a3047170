// For tests: a meeting with people in it and a disk that works or not, so that a test reads as a story.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "signaling/meeting/meeting.h"
#include "signaling/meeting/order.h"

namespace plenary::signaling {

class Bench {
 public:
  static constexpr std::int64_t kStart = 1'764'000'000'000;  // ms since 1970

  explicit Bench(Rules rules = {.meeting = "room-a", .room = "room-a", .title = "Room A", .languages = {"en", "fr"}})
      : rules_(std::move(rules)), meeting_(reopen(false)) {
    meeting_.handle_return(true, now());
  }

  Now now() const {
    return {Instant(offset_ + time_),
            WallTime(Milliseconds(kStart)) + std::chrono::duration_cast<Milliseconds>(time_) + step_};
  }
  // Time passes as it does on a server: timeouts are met one by one.
  void pass(Milliseconds time) {
    const Duration until = time_ + time;
    for (;;) {
      const std::optional<Instant> next = meeting_.next_timeout();
      if (!next || next->time_since_epoch() - offset_ > until) break;
      time_ = std::max(time_, next->time_since_epoch() - offset_);
      meeting_.handle_timeout(now());
      write();
      if (meeting_.next_timeout() && *meeting_.next_timeout() <= *next && ++stuck_ > 1'000) break;
    }
    time_ = until;
    meeting_.handle_timeout(now());
    write();
  }
  void step_wall(Milliseconds by) { step_ += by; }

  ParticipantId person(const std::string& name, Where where = Where::remote, Category category = Category::none,
                       std::int32_t rank = 0, const std::string& organisation = "") {
    Person person;
    person.identity = "sub:" + name;
    person.token_id = "jti:" + name;
    person.name = name;
    person.organisation = organisation;
    person.where = where;
    person.category = category;
    person.rank = rank;
    const ParticipantId id = meeting_.join(person).value();
    meeting_.handle_connected(id, now());
    write();
    return id;
  }

  Result<Accepted, Refusal> act(const Act& act, Actor actor) {
    Result<Accepted, Refusal> result = meeting_.handle(act, actor, now());
    write();
    return result;
  }
  Result<Accepted, Refusal> moderate(const Act& act) {
    return this->act(act, {ParticipantId{999'999}, Role::moderator});
  }
  Result<Accepted, Refusal> by(ParticipantId participant, const Act& act) {
    return this->act(act, {participant, Role::participant});
  }

  RequestId ask(ParticipantId participant, RequestKind kind = RequestKind::statement) {
    return by(participant, ask_act(kind)).value().answer.request.value();
  }
  act::RequestFloor ask_act(RequestKind kind = RequestKind::statement) {
    return {.key = "key-" + std::to_string(++keys_),
            .kind = kind,
            .topic = "Topic",
            .language = "en",
            .beneficiary = "",
            .beneficiary_title = ""};
  }
  // Media flows and, once granted, the return carries it.
  void bring_on_air(RequestId request) {
    const ParticipantId speaker = find(request).person.id;
    meeting_.handle_uplink_back(speaker, now());
    if (find(request).state != RequestState::granted) (void)moderate(act::Grant{request, false});
    meeting_.handle_speaker_on_air(request, true, now());
    write();
  }
  RequestId speak(const std::string& name, Category category = Category::none) {
    const RequestId request = ask(person(name, Where::remote, category));
    bring_on_air(request);
    return request;
  }

  const Request& find(RequestId request) const {
    const Request* found = find_any(meeting_.state(), request);
    PLENARY_CHECK(found != nullptr);
    return *found;
  }
  RequestState state_of(RequestId request) const { return find(request).state; }
  std::vector<RequestId> queue() const {
    std::vector<RequestId> ids;
    for (const Place& place : waiting_order(meeting_.state())) ids.push_back(place.request);
    return ids;
  }

  // What the disk does with what it is given.
  void write() {
    while (std::optional<Batch> batch = meeting_.poll_append()) {
      if (disk_holds_) {
        in_flight_.push_back(std::move(*batch));
      } else {
        finish(std::move(*batch));
      }
    }
  }
  void finish(Batch batch) {
    if (disk_works_) {
      disk_.insert(disk_.end(), batch.events.begin(), batch.events.end());
      acknowledged_.insert(batch.ticket);
      meeting_.handle_saved(batch.ticket, now());
    } else {
      meeting_.handle_not_saved(batch.ticket, now());
    }
  }
  // Exact also after a failure, unlike Meeting::is_saved, which is asked only before one.
  bool is_acknowledged(Ticket ticket) const { return acknowledged_.contains(ticket); }
  void hold_disk() { disk_holds_ = true; }
  void release_disk() {
    disk_holds_ = false;
    for (Batch& batch : std::exchange(in_flight_, {})) finish(std::move(batch));
    write();
  }
  void break_disk() { disk_works_ = false; }
  void mend_disk() { disk_works_ = true; }

  // kill -9: what was not on the disk is gone, and a later process reads what is.
  void crash(Milliseconds down = std::chrono::seconds(1), bool reboot = false) {
    in_flight_.clear();
    acknowledged_.clear();
    time_ += down;
    if (reboot) offset_ -= time_;
    meeting_ = reopen(true);
    meeting_.handle_return(true, now());
    write();
  }

  Meeting& meeting() { return meeting_; }
  const State& state() const { return meeting_.state(); }
  const std::vector<StoredEvent>& disk() const { return disk_; }

 private:
  Meeting reopen(bool with_history) {
    return Meeting::open(rules_, with_history ? disk_ : std::vector<StoredEvent>{}, now()).value();
  }

  Rules rules_;
  Duration time_{0};
  Duration offset_ = std::chrono::hours(5);  // the machine has been up for a while
  Milliseconds step_{0};
  std::vector<StoredEvent> disk_;
  std::vector<Batch> in_flight_;
  std::set<Ticket> acknowledged_;
  bool disk_works_ = true;
  bool disk_holds_ = false;
  int keys_ = 0;
  int stuck_ = 0;
  Meeting meeting_;
};

}  // namespace plenary::signaling

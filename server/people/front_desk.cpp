#include "server/people/front_desk.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/people/guest.h"

namespace plenary::people {
namespace {

constexpr Duration kLookAgain = std::chrono::seconds(1);  // a robot's patience passes without an event
constexpr Duration kFirstPause = std::chrono::seconds(1);
constexpr Duration kLongestPause = std::chrono::seconds(30);

}  // namespace

FrontDesk::FrontDesk(Network& network, const RoomJob& job)
    : network_(network), job_(job), page_(job.token), robot_(job.moderator) {}

void FrontDesk::add(Character character, std::uint64_t seed, Instant first) {
  attendees_.push_back({std::move(character), Person(Place::room, seed, first, network_.job.pace)});
}

void FrontDesk::connect(Instant now) {
  connect_at_.reset();
  connection_ = network_.sockets.connect("ws" + network_.job.site.substr(4) + "/ws/" + job_.room);
  Duration pause = kFirstPause;
  for (unsigned i = 0; i < failures_ && pause < kLongestPause; ++i) pause *= 2;
  ++failures_;
  connect_at_ = now + std::min(pause, kLongestPause);
}

void FrontDesk::handle_event(const server::WebSocketEvent& event, Instant now) {
  switch (event.kind) {
    case server::WebSocketEvent::Kind::opened:
      page_.handle_open();
      break;
    case server::WebSocketEvent::Kind::message:
      page_.handle_message(event.text, now);
      if (page_.joined()) failures_ = 0;
      break;
    case server::WebSocketEvent::Kind::closed:
      connection_.reset();
      page_.handle_closed();
      break;
  }
}

void FrontDesk::turn(Instant now) {
  if (!connection_ && (!connect_at_ || now >= *connect_at_)) connect(now);
  for (Attendee& attendee : attendees_) look(attendee, now);
  if (job_.runs_itself && page_.joined()) moderate(now);
  while (connection_) {
    auto text = page_.poll_message();
    if (!text) break;
    network_.sockets.send(*connection_, *std::move(text));
  }
  due_ = now + kLookAgain;
}

void FrontDesk::look(Attendee& attendee, Instant now) {
  const MeetingView& view = page_.view();
  const Row* own = page_.joined() ? view.row_in_room(attendee.character.name) : nullptr;
  // Adding somebody would take from a real moderator what they may want to undo.
  const bool undo_is_ours = view.undo_by.empty() || view.undo_by == job_.moderator;
  Sight sight{.joined = page_.joined(),
              .may_ask = undo_is_ours && view.state == "live" && view.list_open && view.queue.size() < kMostWaiting};
  if (own != nullptr) sight.own = OwnRequest{own->request, own->state, own->ready};
  attendee.person.look(sight, now);
  while (const auto act = attendee.person.poll_act()) carry_out(attendee.character, *act);
}

void FrontDesk::carry_out(const Character& character, const Act& act) {
  if (const auto* ask = std::get_if<act::Ask>(&act)) {
    page_.call("floor.add", {{"name", character.name},
                             {"organisation", character.organisation},
                             {"category", character.category},
                             {"where", "room"},
                             {"kind", ask->kind}});
  } else if (const auto* withdraw = std::get_if<act::Withdraw>(&act)) {
    page_.call("floor.deny", {{"request", withdraw->request}, {"reason", "withdrawn"}});
  } else if (const auto* ready = std::get_if<act::SayReady>(&act)) {
    page_.call("floor.ready", {{"request", ready->request}});
  } else if (const auto* release = std::get_if<act::Release>(&act)) {
    page_.call("floor.release", {{"request", release->request}});
  }
}

void FrontDesk::moderate(Instant now) {
  const auto act = robot_.look(page_.view(), page_.meeting_time(now), now);
  if (act) page_.call(act->method, {{"request", act->request}});
}

}  // namespace plenary::people

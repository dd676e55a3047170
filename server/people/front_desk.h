// One room's moderator page of the demo: it adds the simulated people who sit in the room and ends their speeches, as
// somebody at the room's front desk would, and moderates where the room runs itself.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "server/people/cast.h"
#include "server/people/network.h"
#include "server/people/page.h"
#include "server/people/person.h"
#include "server/people/robot_moderator.h"

namespace plenary::people {

class FrontDesk {
 public:
  FrontDesk(Network& network, const RoomJob& job);

  void add(Character character, std::uint64_t seed, Instant first);
  void handle_event(const server::WebSocketEvent& event, Instant now);
  void turn(Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const { return due_; }
  [[nodiscard]] std::optional<server::ConnectionId> connection() const { return connection_; }

 private:
  struct Attendee {
    Character character;
    Person person;
  };
  void connect(Instant now);
  void look(Attendee& attendee, Instant now);
  void carry_out(const Character& character, const Act& act);
  void moderate(Instant now);

  Network& network_;
  const RoomJob& job_;
  Page page_;
  std::optional<server::ConnectionId> connection_;
  std::optional<Instant> connect_at_;
  unsigned failures_ = 0;
  RobotModerator robot_;
  std::deque<Attendee> attendees_;
  std::optional<Instant> due_;
};

}  // namespace plenary::people

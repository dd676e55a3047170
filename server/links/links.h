// The links that organisers made, which of them and of all other tokens are revoked: the fold of their own events in
// the journal. As in a meeting, nothing is there before it is on the disk. Pure.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/base/result.h"
#include "media/base/time.h"
#include "server/auth/claims.h"
#include "signaling/meeting/meeting.h"

namespace plenary::server {

// The links' name in the journal; no room or meeting can have it, since an id has no slash.
constexpr const char* kLinksStream = "/links";
constexpr std::size_t kMaxLinks = 20'000;  // ten rooms with two thousand people each; 8 MB
constexpr std::size_t kMaxSeen =
    2'000;  // tokens made elsewhere; beyond it the oldest is forgotten until it comes again

struct Link {
  Claims claims;                    // of its token, whose id is the link's; made here: for one room, and with an end
  std::optional<WallTime> made_at;  // none: made elsewhere (`plenary token`), and used here
  bool in_room = false;             // for somebody who is in the room itself
  bool revoked = false;
};

class Links {
 public:
  // `link_unreadable`: an event of a later version, or damaged.
  static Result<Links> open(const std::vector<signaling::StoredEvent>& events);

  // Both return the ticket of a write; what they say holds from handle_saved() on. `too_many_links`.
  Result<signaling::Ticket> make(const Claims& claims, bool in_room, WallTime now);
  // `no_link`: the room has none of that id, made here or seen. A revoked link may be revoked again.
  Result<signaling::Ticket> revoke(const std::string& room, const std::string& id, WallTime now);

  // To the journal, in this order; as Meeting's.
  std::optional<signaling::Batch> poll_append();
  // The id of the link that was revoked by this, if it was.
  std::optional<std::string> handle_saved(signaling::Ticket ticket);
  void handle_not_saved(signaling::Ticket ticket);  // this and all after it are void

  // A token that opened something, so that it can be revoked whoever made it. Lasts until the program ends.
  void see(const Claims& claims);

  [[nodiscard]] const Link* find(std::string_view id) const;  // made here, seen, or revoked
  [[nodiscard]] bool is_revoked(std::string_view token_id) const;
  // Whose token opens the room: those seen, in no order, then those made here, oldest first.
  [[nodiscard]] std::vector<const Link*> of_room(const std::string& room) const;
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters() const;

 private:
  struct Pending {
    signaling::Ticket ticket{};
    signaling::StoredEvent event;
    bool handed_out = false;
  };

  signaling::Ticket enqueue(signaling::StoredEvent event, WallTime now);
  // Nothing: cannot be read. Else the id that it revoked, or empty.
  std::optional<std::string> apply(const signaling::StoredEvent& event);

  std::map<std::string, Link, std::less<>> links_;  // by id
  std::map<std::string, Link, std::less<>> seen_;   // and not in links_
  std::deque<std::string> seen_order_;              // oldest first; also of those that moved to links_
  std::uint64_t seq_ = 0;
  std::uint64_t next_ticket_ = 1;
  std::uint64_t made_ = 0;
  std::uint64_t revoked_ = 0;
  std::uint64_t forgotten_ = 0;  // of the seen ones, since the start
  std::deque<Pending> pending_;
};

}  // namespace plenary::server

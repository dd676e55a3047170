#include "signaling/meeting/due.h"

#include <algorithm>

#include "signaling/meeting/order.h"

namespace plenary::signaling {
namespace {

// A text waits without a page, and who was added by name has none.
bool waits_by_page(const Request& request) { return comes_by_network(request) && !request.person.identity.empty(); }

class Search {
 public:
  Search(const State& state, const Presence& presence, const Rules& rules)
      : state_(state), presence_(presence), rules_(rules) {}

  std::optional<Due> earliest() {
    for (const auto& [id, request] : state_.open) {
      if (presence_.revoked.contains(request.person.id)) {
        const RequestState end = is_waiting(request.state) ? RequestState::denied : RequestState::revoked;
        offer(state_.at, Moved{id, end, "link_revoked", {}});
      } else if (is_waiting(request.state)) {
        waiting(request);
      } else if (comes_by_network(request)) {
        remote_speaker(request);
      } else if (request.state == RequestState::granted) {
        offer(state_.at, Moved{id, RequestState::on_air, "", {}});
      }
      overtime(request);
    }
    if (state_.undo) offer(state_.undo->until, UndoKept{});
    return std::move(best_);
  }

 private:
  void offer(Moment when, EventBody event) {
    if (!best_ || when < best_->when) best_ = Due{when, std::move(event)};
  }

  void waiting(const Request& request) {
    if (!waits_by_page(request)) return;
    if (const std::optional<Moment> gone = presence_.gone_since(request.person.id)) {
      offer(*gone + rules_.place_kept, Moved{request.id, RequestState::lapsed, "connection_lost", {}});
    }
    const std::optional<Moment> until = answer_by(request, rules_);
    if (!until) return;
    if (request.missed > 0) {
      offer(*until, Moved{request.id, RequestState::lapsed, "not_ready", {}});
    } else {
      offer(*until, PassedOver{request.id, next_in_line(state_, request.id), "not_ready"});
    }
  }

  void remote_speaker(const Request& request) {
    const Presence::Uplink* uplink = presence_.uplink(request.person.id);
    const bool flowing = uplink != nullptr && uplink->flowing;
    if (request.state == RequestState::held) {
      held(request, flowing);
      return;
    }
    // Nothing authenticated came for `lost_after`. A speaker whose media never came has nothing to lose yet.
    if (uplink != nullptr && !flowing) {
      const Moment lost_at = std::max(uplink->last_packet, request.granted_at);
      offer(lost_at + rules_.lost_after, Moved{request.id, RequestState::held, "connection_lost", lost_at});
    }
    // The red light goes out when the room does not hear them any more: its process died, or another connection of
    // theirs took over.
    if (request.state == RequestState::on_air && !presence_.is_mixed(request.id)) {
      offer(state_.at, Moved{request.id, RequestState::granted, "", {}});
    }
    if (request.state != RequestState::granted) return;
    if (presence_.is_mixed(request.id)) {
      offer(state_.at, Moved{request.id, RequestState::on_air, "", {}});
    } else if (uplink == nullptr) {
      offer(request.granted_at + rules_.first_media, Moved{request.id, RequestState::released, "no_media", {}});
    }
  }

  void held(const Request& request, bool flowing) {
    if (!flowing) {
      offer(*kept_until(request, rules_), Moved{request.id, RequestState::released, "connection_lost", {}});
    } else if (request.held_from == RequestState::paused) {
      offer(state_.at, Moved{request.id, RequestState::paused, "connection_back", {}});
    } else {
      const bool carried = presence_.is_mixed(request.id);
      offer(state_.at,
            Moved{request.id, carried ? RequestState::on_air : RequestState::granted, "connection_back", {}});
    }
  }

  void overtime(const Request& request) {
    if (const std::optional<Moment> over = closes_at(request, rules_)) {
      offer(*over, Moved{request.id, RequestState::expired, "time_over", {}});
    }
  }

  const State& state_;
  const Presence& presence_;
  const Rules& rules_;
  std::optional<Due> best_;
};

}  // namespace

std::optional<Moment> answer_by(const Request& request, const Rules& rules) {
  const bool asked = request.state == RequestState::standby && !request.ready && waits_by_page(request);
  if (!asked || rules.ready_within == Milliseconds{0}) return std::nullopt;
  return request.changed_at + rules.ready_within;
}

std::optional<Moment> kept_until(const Request& request, const Rules& rules) {
  if (request.state != RequestState::held) return std::nullopt;
  return request.lost_at + rules.grace;
}

std::optional<Moment> closes_at(const Request& request, const Rules& rules) {
  if (!request.running_since || rules.overtime_max == Milliseconds{0} || request.limit == Milliseconds{0}) {
    return std::nullopt;
  }
  return *request.running_since - request.elapsed + request.limit + rules.overtime_max;
}

std::optional<Due> next_due(const State& state, const Presence& presence, const Rules& rules) {
  return Search(state, presence, rules).earliest();
}

}  // namespace plenary::signaling

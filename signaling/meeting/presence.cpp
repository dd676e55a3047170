#include "signaling/meeting/presence.h"

namespace plenary::signaling {

std::optional<Moment> Presence::gone_since(ParticipantId participant) const {
  const auto page = pages.find(participant);
  if (page == pages.end()) return since;
  if (page->second.connections > 0) return std::nullopt;
  return page->second.gone_at;
}

const Presence::Uplink* Presence::uplink(ParticipantId participant) const {
  const auto found = uplinks.find(participant);
  return found == uplinks.end() ? nullptr : &found->second;
}

bool Presence::is_mixed(RequestId request) const {
  const auto found = mixed.find(request);
  return found != mixed.end() && found->second;
}

bool Presence::is_decoding(RequestId request) const {
  const auto found = decoding.find(request);
  return found != decoding.end() && found->second;
}

}  // namespace plenary::signaling

#include "signaling/meeting/presence.h"

#include <algorithm>

namespace plenary::signaling {

std::optional<Moment> Presence::gone_since(ParticipantId participant) const {
  const auto page = pages.find(participant);
  if (page == pages.end()) return since;
  if (page->second.connections > 0) return std::nullopt;
  return page->second.gone_at;
}

void Presence::add_token(ParticipantId participant, const std::string& token) {
  if (token.empty()) return;
  std::vector<std::string>& known = tokens[participant];
  if (std::find(known.begin(), known.end(), token) != known.end()) return;
  if (known.size() >= kMaxTokens) known.erase(known.begin());
  known.push_back(token);
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

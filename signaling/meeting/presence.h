// Who is here and whose media flows: facts of this moment, never saved. After a restart everybody is absent.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Presence {
  struct Page {
    std::size_t connections = 0;
    Moment gone_at{};  // connections == 0: since when
  };
  struct Uplink {
    bool flowing = false;
    Moment last_packet{};  // not flowing: the last authenticated one
  };

  Moment since{};  // the server's start: who never connected is gone since then
  bool return_connected = false;
  std::map<ParticipantId, Person> people;  // all who joined since the start
  std::map<std::string, ParticipantId> identities;
  std::map<ParticipantId, Page> pages;
  std::map<ParticipantId, Uplink> uplinks;
  std::map<ParticipantId, std::vector<std::string>> tokens;  // ids of all they came with, at most kMaxTokens each
  std::set<ParticipantId> revoked;                           // none of their tokens works any more
  std::map<RequestId, bool> decoding;
  std::map<RequestId, bool> mixed;  // the return carries them
  std::uint64_t next_participant = 1;

  [[nodiscard]] std::optional<Moment> gone_since(ParticipantId participant) const;  // none: here
  void add_token(ParticipantId participant, const std::string& token);
  [[nodiscard]] const Uplink* uplink(ParticipantId participant) const;
  [[nodiscard]] bool is_mixed(RequestId request) const;
  [[nodiscard]] bool is_decoding(RequestId request) const;
};

constexpr std::size_t kMaxParticipants = 20'000;  // people of one meeting, present or remembered; more are refused
constexpr std::size_t kMaxTokens = 50;  // of one person, here or before; nobody honest has more than a few links

}  // namespace plenary::signaling

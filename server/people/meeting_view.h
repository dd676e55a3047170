// What a page of plenary.v1 knows of the meeting, as far as simulated people look at it. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace plenary::people {

struct Row {
  std::string request;
  std::string kind;
  std::string state;
  std::string participant;
  std::string name;
  bool in_room = false;
  bool ready = false;
  bool media_flows = false;  // flowing or decoding
  std::int64_t elapsed_ms = 0;
  std::optional<std::int64_t> running_since;  // on the meeting's clock, ms
  std::int64_t limit_s = 0;                   // 0: none
};

struct MeetingView {
  std::string state;  // "live", …; empty before the first state
  bool list_open = false;
  bool return_connected = false;
  std::string in_charge;
  std::string undo_by;  // who acted last as moderator or chair, for the seconds that it can be undone
  std::int64_t server_time = 0;
  std::vector<Row> queue;
  std::vector<Row> floor;

  // A whole state, or the `set` of a change; members of a wrong type are taken as absent.
  void take(const nlohmann::json& members);
  // Of this participant, or of this name in the room.
  [[nodiscard]] const Row* row_of(const std::string& participant) const;
  [[nodiscard]] const Row* row_in_room(const std::string& name) const;
};

}  // namespace plenary::people

#include "server/people/meeting_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace plenary::people {
namespace {

using nlohmann::json;

const json& member(const json& object, const char* name) {
  static const json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}
std::string text(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}
bool flag(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_boolean() && value.get<bool>();
}
std::optional<std::int64_t> number(const json& object, const char* name) {
  const json& value = member(object, name);
  if (!value.is_number_integer()) return std::nullopt;
  return value.get<std::int64_t>();
}

Row read_row(const json& request) {
  const json& person = member(request, "person");
  const std::string media = text(request, "media");
  return {.request = text(request, "request"),
          .kind = text(request, "kind"),
          .state = text(request, "state"),
          .participant = text(person, "participant"),
          .name = text(person, "name"),
          .in_room = text(person, "where") == "room",
          .ready = flag(request, "ready"),
          .media_flows = media == "flowing" || media == "decoding",
          .elapsed_ms = number(request, "elapsed_ms").value_or(0),
          .running_since = number(request, "running_since"),
          .limit_s = number(request, "limit_s").value_or(0)};
}

void read_rows(const json& members, const char* name, std::vector<Row>& rows) {
  const json& list = member(members, name);
  if (!list.is_array()) return;
  rows.clear();
  for (const json& request : list) rows.push_back(read_row(request));
}

template <class Matches>
const Row* find_row(const MeetingView& view, Matches matches) {
  for (const std::vector<Row>* rows : {&view.floor, &view.queue}) {
    const auto found = std::ranges::find_if(*rows, matches);
    if (found != rows->end()) return &*found;
  }
  return nullptr;
}

}  // namespace

void MeetingView::take(const json& members) {
  if (const json& meeting = member(members, "meeting"); meeting.is_object()) {
    state = text(meeting, "state");
    list_open = text(meeting, "list") == "open";
  }
  if (const json& there = member(members, "return"); there.is_object()) return_connected = flag(there, "connected");
  if (members.is_object() && members.contains("in_charge")) in_charge = text(members, "in_charge");
  if (members.is_object() && members.contains("undo")) undo_by = text(member(members, "undo"), "by");
  server_time = number(members, "server_time").value_or(server_time);
  read_rows(members, "queue", queue);
  read_rows(members, "floor", floor);
  std::erase_if(floor, [](const Row& row) { return row.kind == "chair"; });  // nobody's turn: nothing follows from it
}

const Row* MeetingView::row_of(const std::string& participant) const {
  return find_row(*this, [&](const Row& row) { return !participant.empty() && row.participant == participant; });
}
const Row* MeetingView::row_in_room(const std::string& name) const {
  return find_row(*this, [&](const Row& row) { return row.in_room && row.name == name; });
}

}  // namespace plenary::people

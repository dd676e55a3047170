#include "signaling/meeting/event_json.h"

#include <nlohmann/json.hpp>

namespace plenary::signaling {
namespace {

using Json = nlohmann::json;

// Thrown and caught in this file only.
struct Unreadable {
  std::string what;
};

std::int64_t number(Moment moment) { return moment.time_since_epoch().count(); }
Moment moment(std::int64_t number) { return Moment(Milliseconds(number)); }

template <class T>
T need(const Json& json, const char* member) {
  const auto found = json.find(member);
  if (found == json.end()) throw Unreadable{std::string("no ") + member};
  return found->get<T>();
}

template <class T>
T need(std::optional<T> value, const char* member) {
  if (!value) throw Unreadable{std::string("bad ") + member};
  return *std::move(value);
}

RequestId request_in(const Json& json, const char* member = "request") {
  return need(request_from(need<std::string>(json, member)), member);
}

std::optional<RequestId> optional_request_in(const Json& json, const char* member) {
  if (!json.contains(member)) return std::nullopt;
  return request_in(json, member);
}

std::vector<RequestId> rows_in(const Json& json, const char* member = "rows") {
  std::vector<RequestId> rows;
  for (const Json& row : need<Json>(json, member)) rows.push_back(need(request_from(row.get<std::string>()), member));
  return rows;
}

Json rows_out(const std::vector<RequestId>& rows) {
  Json json = Json::array();
  for (const RequestId row : rows) json.push_back(to_text(row));
  return json;
}

Json person_out(const Person& person) {
  return {{"participant", to_text(person.id)},
          {"identity", person.identity},
          {"name", person.name},
          {"title", person.title},
          {"organisation", person.organisation},
          {"category", to_text(person.category)},
          {"country", person.country},
          {"rank", person.rank},
          {"where", to_text(person.where)},
          {"token", person.token_id}};
}

Person person_in(const Json& json) {
  Person person;
  person.id = need(participant_from(need<std::string>(json, "participant")), "participant");
  person.identity = need<std::string>(json, "identity");
  person.name = need<std::string>(json, "name");
  person.title = need<std::string>(json, "title");
  person.organisation = need<std::string>(json, "organisation");
  person.category = need(category_from(need<std::string>(json, "category")), "category");
  person.country = need<std::string>(json, "country");
  person.rank = need<std::int32_t>(json, "rank");
  person.where = need(where_from(need<std::string>(json, "where")), "where");
  person.token_id = json.value("token", std::string{});  // events of the first version have none
  return person;
}

struct Encode {
  std::string& type;
  Json& json;

  void operator()(const Requested& e) const {
    type = "requested";
    json["request"] = to_text(e.request);
    json["person"] = person_out(e.person);
    if (e.requester) json["requester"] = to_text(*e.requester);
    json["asked_by"] = e.asked_by;
    json["kind"] = to_text(e.kind);
    json["topic"] = e.topic;
    if (!e.text.empty()) json["text"] = e.text;
    json["language"] = e.language;
    if (!e.item.empty()) json["item"] = e.item;
    json["key"] = e.key;
    if (e.reply_to) json["reply_to"] = to_text(*e.reply_to);
    json["limit_ms"] = e.limit.count();
    json["born"] = to_text(e.born);
  }
  void operator()(const Moved& e) const {
    type = "moved";
    json["request"] = to_text(e.request);
    json["to"] = to_text(e.to);
    json["reason"] = e.reason;
    if (e.lost_at) json["lost_at"] = number(*e.lost_at);
  }
  void operator()(const Readied& e) const {
    type = "readied";
    json["request"] = to_text(e.request);
  }
  void operator()(const PassedOver& e) const {
    type = "passed_over";
    json["request"] = to_text(e.request);
    if (e.behind) json["behind"] = to_text(*e.behind);
    json["reason"] = e.reason;
  }
  void operator()(const Muted& e) const {
    type = "muted";
    json["request"] = to_text(e.request);
    json["muted"] = e.muted;
  }
  void operator()(const Extended& e) const {
    type = "extended";
    json["request"] = to_text(e.request);
    json["by_ms"] = e.by.count();
  }
  void operator()(const RowMoved& e) const {
    type = "row_moved";
    json["rows"] = rows_out(e.rows);
  }
  void operator()(const ListOpened& e) const {
    type = "list_opened";
    json["open"] = e.open;
  }
  void operator()(const OrderChosen& e) const {
    type = "order_chosen";
    json["order"] = to_text(e.order);
    json["rows"] = rows_out(e.rows);
  }
  void operator()(const MeetingMoved& e) const {
    type = "meeting_moved";
    json["to"] = to_text(e.to);
  }
  void operator()(const AudienceChosen& e) const {
    type = "audience_chosen";
    json["audience"] = to_text(e.audience);
  }
  void operator()(const TookOver& e) const {
    type = "took_over";
    json["name"] = e.name;
  }
  void operator()(const PersonRemoved& e) const {
    type = "person_removed";
    json["participant"] = to_text(e.participant);
    json["name"] = e.name;
    json["tokens"] = e.tokens;
    json["reason"] = e.reason;
  }
  void operator()(const UndoKept& e) const {
    type = "undo_kept";
    if (!e.act) return;
    json["act"] = to_text(*e.act);
    json["name"] = e.by;
    if (e.request) json["request"] = to_text(*e.request);
    json["ends"] = rows_out(e.ends);
    json["changes"] = rows_out(e.changes);
  }
  void operator()(const Undone&) const { type = "undone"; }
  void operator()(const AgendaSet& e) const {
    type = "agenda_set";
    json["items"] = Json::array();
    for (const AgendaItem& item : e.items) {
      json["items"].push_back({{"item", item.item}, {"title", item.title}, {"minutes", item.minutes}});
    }
  }
  void operator()(const ItemSelected& e) const {
    type = "item_selected";
    json["item"] = e.item;
  }
  void operator()(const HelpAsked& e) const {
    type = "help_asked";
    json["help"] = to_text(e.help);
    json["person"] = person_out(e.person);
    json["role"] = to_text(e.role);
    json["text"] = e.text;
  }
  void operator()(const HelpAnswered& e) const {
    type = "help_answered";
    json["help"] = to_text(e.help);
    json["name"] = e.by;
    json["text"] = e.text;
  }
  void operator()(const HelpClosed& e) const {
    type = "help_closed";
    json["help"] = to_text(e.help);
  }
  void operator()(const Noted& e) const {
    type = "noted";
    json["request"] = to_text(e.request);
    json["name"] = e.by;
    json["text"] = e.text;
  }
  void operator()(const ReaderNamed& e) const {
    type = "reader_named";
    json["request"] = to_text(e.request);
    json["reader"] = e.reader;
  }
  void operator()(const Checked& e) const {
    type = "checked";
    json["identity"] = e.identity;
    json["readiness"] = readiness_tree(e.readiness);
  }
  void operator()(const Placed& e) const {
    type = "placed";
    json["participant"] = to_text(e.participant);
    json["where"] = to_text(e.where);
  }
  void operator()(const Restarted&) const { type = "restarted"; }
};

Requested requested_in(const Json& json) {
  Requested e;
  e.request = request_in(json);
  e.person = person_in(need<Json>(json, "person"));
  if (json.contains("requester")) {
    e.requester = need(participant_from(need<std::string>(json, "requester")), "requester");
  }
  e.asked_by = need<std::string>(json, "asked_by");
  e.kind = need(kind_from(need<std::string>(json, "kind")), "kind");
  e.topic = need<std::string>(json, "topic");
  if (json.contains("text")) e.text = need<std::string>(json, "text");
  e.language = need<std::string>(json, "language");
  if (json.contains("item")) e.item = need<std::string>(json, "item");
  e.key = need<std::string>(json, "key");
  e.reply_to = optional_request_in(json, "reply_to");
  e.limit = Milliseconds(need<std::int64_t>(json, "limit_ms"));
  e.born = need(request_state_from(need<std::string>(json, "born")), "born");
  return e;
}

Moved moved_in(const Json& json) {
  Moved e;
  e.request = request_in(json);
  e.to = need(request_state_from(need<std::string>(json, "to")), "to");
  e.reason = need<std::string>(json, "reason");
  if (json.contains("lost_at")) e.lost_at = moment(need<std::int64_t>(json, "lost_at"));
  return e;
}

UndoKept undo_kept_in(const Json& json) {
  UndoKept e;
  if (!json.contains("act")) return e;
  e.act = need(undoable_from(need<std::string>(json, "act")), "act");
  e.by = need<std::string>(json, "name");
  e.request = optional_request_in(json, "request");
  e.ends = rows_in(json, "ends");
  e.changes = rows_in(json, "changes");
  return e;
}

PersonRemoved removed_in(const Json& json) {
  return {need(participant_from(need<std::string>(json, "participant")), "participant"),
          need<std::string>(json, "name"), need<std::vector<std::string>>(json, "tokens"),
          need<std::string>(json, "reason")};
}

AgendaSet agenda_set_in(const Json& json) {
  AgendaSet e;
  for (const Json& item : need<Json>(json, "items")) {
    // Events of before there were planned times have none.
    const std::uint32_t minutes = item.contains("minutes") ? need<std::uint32_t>(item, "minutes") : 0;
    e.items.push_back({need<std::string>(item, "item"), need<std::string>(item, "title"), minutes});
  }
  return e;
}

EventBody help_in(const std::string& type, const Json& json) {
  const HelpId help = need(help_from(need<std::string>(json, "help")), "help");
  if (type == "help_asked") {
    return HelpAsked{help, person_in(need<Json>(json, "person")),
                     need(role_from(need<std::string>(json, "role")), "role"), need<std::string>(json, "text")};
  }
  if (type == "help_answered")
    return HelpAnswered{help, need<std::string>(json, "name"), need<std::string>(json, "text")};
  if (type == "help_closed") return HelpClosed{help};
  throw Unreadable{"unknown type " + type};
}

EventBody body_in(const std::string& type, const Json& json) {
  if (type == "requested") return requested_in(json);
  if (type == "moved") return moved_in(json);
  if (type == "readied") return Readied{request_in(json)};
  if (type == "passed_over") {
    return PassedOver{request_in(json), optional_request_in(json, "behind"), need<std::string>(json, "reason")};
  }
  if (type == "muted") return Muted{request_in(json), need<bool>(json, "muted")};
  if (type == "extended") return Extended{request_in(json), Milliseconds(need<std::int64_t>(json, "by_ms"))};
  if (type == "row_moved") return RowMoved{rows_in(json)};
  if (type == "list_opened") return ListOpened{need<bool>(json, "open")};
  if (type == "order_chosen") {
    return OrderChosen{need(order_from(need<std::string>(json, "order")), "order"), rows_in(json)};
  }
  if (type == "meeting_moved") {
    return MeetingMoved{need(meeting_state_from(need<std::string>(json, "to")), "to")};
  }
  if (type == "audience_chosen") {
    return AudienceChosen{need(audience_from(need<std::string>(json, "audience")), "audience")};
  }
  if (type == "took_over") return TookOver{need<std::string>(json, "name")};
  if (type == "person_removed") return removed_in(json);
  if (type == "undo_kept") return undo_kept_in(json);
  if (type == "undone") return Undone{};
  if (type == "agenda_set") return agenda_set_in(json);
  if (type == "item_selected") return ItemSelected{need<std::string>(json, "item")};
  if (type.starts_with("help_")) return help_in(type, json);
  if (type == "noted") return Noted{request_in(json), need<std::string>(json, "name"), need<std::string>(json, "text")};
  if (type == "reader_named") return ReaderNamed{request_in(json), need<std::string>(json, "reader")};
  if (type == "checked") {
    return Checked{need<std::string>(json, "identity"),
                   need(readiness_from(need<Json>(json, "readiness")), "readiness")};
  }
  if (type == "placed") {
    return Placed{need(participant_from(need<std::string>(json, "participant")), "participant"),
                  need(where_from(need<std::string>(json, "where")), "where")};
  }
  if (type == "restarted") return Restarted{};
  throw Unreadable{"unknown type " + type};
}

}  // namespace

StoredEvent store_event(const Event& event) {
  StoredEvent stored;
  stored.seq = event.seq;
  stored.wall_ms = event.wall.time_since_epoch().count();
  Json json = {{"v", kEventVersion}, {"at", number(event.at)}, {"by", event.by}};
  std::visit(Encode{stored.type, json}, event.body);
  stored.payload = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return stored;
}

Result<Event> read_event(const StoredEvent& stored) {
  try {
    const Json json = Json::parse(stored.payload);
    if (need<int>(json, "v") > kEventVersion) throw Unreadable{"written by a later version"};
    Event event;
    event.seq = stored.seq;
    event.wall = WallTime(Milliseconds(stored.wall_ms));
    event.at = moment(need<std::int64_t>(json, "at"));
    event.by = need<std::string>(json, "by");
    event.body = body_in(stored.type, json);
    return event;
  } catch (const Unreadable& fault) {
    return Error{"event_unreadable", "Event " + std::to_string(stored.seq) + " cannot be read: " + fault.what + "."};
  } catch (const Json::exception& fault) {
    return Error{"event_unreadable", "Event " + std::to_string(stored.seq) + " cannot be read: " + fault.what()};
  }
}

}  // namespace plenary::signaling

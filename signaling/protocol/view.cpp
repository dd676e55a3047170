#include "signaling/protocol/view.h"

#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "signaling/meeting/due.h"
#include "signaling/meeting/order.h"
#include "signaling/meeting/undo.h"

namespace plenary::signaling {
namespace {

using Json = nlohmann::json;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::int64_t number(Moment moment) { return moment.time_since_epoch().count(); }

// "none": nothing comes; "flowing": packets come; "decoding": the room process hears them.
std::string_view media_of(const Request& request, const Presence& presence) {
  if (presence.is_decoding(request.id)) return "decoding";
  const Presence::Uplink* uplink = presence.uplink(request.person.id);
  return uplink != nullptr && uplink->flowing ? "flowing" : "none";
}

Json person_json(const Person& person) {
  return {{"participant", to_text(person.id)},
          {"name", person.name},
          {"title", person.title},
          {"organisation", person.organisation},
          {"category", to_text(person.category)},
          {"country", person.country},
          {"where", to_text(person.where)}};
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

SpokenTotal spoken_by(const Person& person, const Meeting& meeting) {
  const auto& spoken = meeting.state().spoken_by_person;
  const auto before = spoken.find(person.id);
  return before == spoken.end() ? SpokenTotal{} : before->second;
}

bool is_connected(const Request& request, const Presence& presence) {
  return !request.person.identity.empty() && !presence.gone_since(request.person.id);
}

// Without its place on the list.
Json request_tree(const Request& request, const Rules& rules, const SpokenTotal& spoken, bool connected,
                  std::string_view media) {
  Json json = {{"request", to_text(request.id)},
               {"kind", to_text(request.kind)},
               {"topic", request.topic},
               {"language", request.language},
               {"state", to_text(request.state)},
               {"item", or_null(request.item)},
               {"person", person_json(request.person)},
               {"spoken_ms", spoken.time.count()},
               {"spoken_count", spoken.count},
               {"asked_by", or_null(request.asked_by)},
               {"asked_at", number(request.asked_at)},
               {"changed_at", number(request.changed_at)},
               {"limit_s", std::chrono::duration_cast<std::chrono::seconds>(request.limit).count()},
               {"elapsed_ms", request.elapsed.count()},
               {"running_since", request.running_since ? Json(number(*request.running_since)) : Json(nullptr)},
               {"muted", request.muted},
               {"ready", request.ready},
               {"offered", request.offered},
               {"connected", connected},
               {"media", media},
               {"outcome", nullptr},
               {"outcome_reason", nullptr}};
  if (request.kind == RequestKind::written) {
    json["has_text"] = !request.text.empty();
    json["reader"] = or_null(request.reader);
  }
  if (request.state == RequestState::held) json["lost_at"] = number(request.lost_at);
  if (const auto until = answer_by(request, rules)) json["answer_by"] = number(*until);
  if (const auto until = kept_until(request, rules)) json["kept_until"] = number(*until);
  if (const auto at = closes_at(request, rules)) json["closes_at"] = number(*at);
  if (is_ended(request.state)) {
    json["outcome"] = to_text(request.state);
    json["outcome_reason"] = or_null(request.reason);
  }
  return json;
}

// Of a request that waits for nothing any more.
Json placeless_tree(const Request& request, const Meeting& meeting) {
  const Presence& presence = meeting.presence();
  Json json = request_tree(request, meeting.rules(), spoken_by(request.person, meeting),
                           is_connected(request, presence), media_of(request, presence));
  for (const char* member : {"position", "estimate_s", "reason"}) json[member] = nullptr;
  return json;
}

// Estimates are as of the last event, else they would change without anything having happened.
std::size_t write_queue(const Meeting& meeting, std::size_t front_rows, QueueRows& rows, View& view) {
  const State& state = meeting.state();
  const std::vector<Place> order = waiting_order(state);
  const std::vector<Milliseconds> estimates = waiting_estimates(state, order, state.at);
  view.queue = view.front = "[";
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Request& request = *find_open(state, order[i].request);
    const auto estimate = std::chrono::round<std::chrono::seconds>(estimates[i]).count();
    const std::string row = (i == 0 ? "{" : ",{") + rows.text_of(request, meeting) +
                            ",\"position\":" + std::to_string(i + 1) + ",\"estimate_s\":" + std::to_string(estimate) +
                            ",\"reason\":" + dumped(order[i].reason) + "}";
    view.queue += row;
    if (i < front_rows) {
      view.front += row;
      continue;
    }
    view.behind[request.person.id] += row;
    if (request.requester && *request.requester != request.person.id) view.behind[*request.requester] += row;
  }
  view.queue += "]";
  view.front += "]";
  rows.forget_unused();
  return order.size();
}

Json floor_json(const Meeting& meeting) {
  Json floor = Json::array();
  for (const Request* holder : floor_holders(meeting.state())) floor.push_back(placeless_tree(*holder, meeting));
  return floor;
}

Json meeting_json(const Meeting& meeting) {
  const Rules& rules = meeting.rules();
  const State& state = meeting.state();
  return {{"id", rules.meeting},
          {"room", rules.room},
          {"title", rules.title},
          {"type", or_null(rules.type)},
          {"state", to_text(state.state)},
          {"live_since", state.live_since ? Json(number(*state.live_since)) : Json(nullptr)},
          {"audience", to_text(state.audience)},
          {"list", state.list_open ? "open" : "closed"},
          {"order", to_text(state.order)},
          {"needs_approval", rules.needs_approval},
          {"speakers_max", rules.speakers_max},
          {"replies", rules.replies},
          {"overtime_max_s", std::chrono::duration_cast<std::chrono::seconds>(rules.overtime_max).count()}};
}

Json agenda_json(const State& state) {
  Json items = Json::array();
  for (const AgendaItem& item : state.agenda) {
    items.push_back({{"item", item.item}, {"title", item.title}});
    if (item.minutes != 0) items.back()["minutes"] = item.minutes;
  }
  const bool none = state.item.empty();
  return {{"items", std::move(items)},
          {"current", or_null(state.item)},
          {"since", none ? Json(nullptr) : Json(number(state.item_since))}};
}

// Speeches that are over; who speaks now is in `floor`.
Json totals_json(const State& state) {
  Json categories = Json::array();
  for (const auto& [category, total] : state.spoken_by_category) {
    categories.push_back(
        {{"category", to_text(category)}, {"spoken_ms", total.time.count()}, {"spoken_count", total.count}});
  }
  return {{"categories", std::move(categories)}};
}

// Texts that were read out, newest first; what they say is asked for.
Json delivered_json(const State& state) {
  Json texts = Json::array();
  for (auto id = state.delivered.rbegin(); id != state.delivered.rend(); ++id) {
    const Request* request = find_any(state, *id);
    if (request == nullptr) continue;
    texts.push_back({{"request", to_text(*id)},
                     {"person", person_json(request->person)},
                     {"reader", or_null(request->reader)},
                     {"topic", request->topic},
                     {"language", request->language},
                     {"at", number(request->changed_at)}});
  }
  return texts;
}

Json advice_json(const State& state) {
  const std::optional<RequestId> advice = balance_advice(state);
  return advice ? Json(to_text(*advice)) : Json(nullptr);
}

Json undo_json(const State& state) {
  if (!state.undo) return nullptr;
  const UndoPoint& undo = *state.undo;
  return {{"by", undo.by},
          {"act", to_text(undo.act)},
          {"request", undo.request ? Json(to_text(*undo.request)) : Json(nullptr)},
          {"until", number(undo.until)},
          {"chair", chair_may_undo(undo.act)}};
}

}  // namespace

const std::string& QueueRows::text_of(const Request& request, const Meeting& meeting) {
  Row& row = rows_[request.id];
  row.used = true;
  const SpokenTotal spoken = spoken_by(request.person, meeting);
  const bool connected = is_connected(request, meeting.presence());
  const std::string_view media = media_of(request, meeting.presence());
  if (row.text.empty() || row.request != request || row.spoken != spoken || row.connected != connected ||
      row.media != media) {
    const std::string text = dumped(request_tree(request, meeting.rules(), spoken, connected, media));
    row = {request, spoken, connected, media, text.substr(1, text.size() - 2), true};
  }
  return row.text;
}

void QueueRows::forget_unused() {
  for (auto row = rows_.begin(); row != rows_.end();) {
    row = std::exchange(row->second.used, false) ? std::next(row) : rows_.erase(row);
  }
}

View view_of(const Meeting& meeting, const RoomFacts& facts, std::size_t front_rows, QueueRows& rows) {
  View view;
  const std::size_t waiting = write_queue(meeting, front_rows, rows, view);
  const State& state = meeting.state();
  Json languages = Json::array({"floor"});
  for (const std::string& language : meeting.rules().languages) languages.push_back(language);
  const Json room = {{"picture", facts.picture_live ? "live" : "slate"}, {"silent_channels", facts.silent_channels}};
  view.members = {{"meeting", dumped(meeting_json(meeting))},
                  {"languages", dumped(languages)},
                  {"waiting", std::to_string(waiting)},
                  {"floor", dumped(floor_json(meeting))},
                  {"last", state.last ? dumped(placeless_tree(*state.last, meeting)) : "null"},
                  {"delivered", dumped(delivered_json(state))},
                  {"in_charge", dumped(or_null(state.in_charge))},
                  {"agenda", dumped(agenda_json(state))},
                  {"totals", dumped(totals_json(state))},
                  {"advice", dumped(advice_json(state))},
                  {"undo", dumped(undo_json(state))},
                  {"return", dumped({{"connected", meeting.presence().return_connected}})},
                  {"room", dumped(room)}};
  return view;
}

const std::string& View::behind_of(ParticipantId participant) const {
  static const std::string none;
  const auto own = behind.find(participant);
  return own == behind.end() ? none : own->second;
}

std::string View::queue_of(ParticipantId participant, bool whole) const {
  if (whole) return queue;
  const std::string& own = behind_of(participant);
  return own.empty() ? front : front.substr(0, front.size() - 1) + own + "]";
}

std::string request_json(const Request& request, const Meeting& meeting) {
  return dumped(placeless_tree(request, meeting));
}

std::string help_json(const Help& help) {
  Json lines = Json::array();
  for (const HelpLine& line : help.lines) {
    lines.push_back({{"by", line.by}, {"staff", line.staff}, {"at", number(line.at)}, {"text", line.text}});
  }
  return dumped({{"help", to_text(help.id)},
                 {"state", help.open ? "open" : "closed"},
                 {"person", person_json(help.person)},
                 {"role", to_text(help.role)},
                 {"lines", std::move(lines)}});
}

std::string note_json(RequestId request, const Note* note) {
  if (note == nullptr) return dumped({{"request", to_text(request)}, {"text", ""}});
  return dumped({{"request", to_text(request)}, {"text", note->text}, {"by", note->by}, {"at", number(note->at)}});
}

std::string text_json(const Request& request) {
  return dumped({{"request", to_text(request.id)}, {"text", request.text}});
}

std::string excluded_json(const Refusal& refusal) {
  return dumped({{"code", refusal.word}, {"message", refusal.sentence}});
}

std::string you_json(const Person& person, Role role) {
  Json json = person_json(person);
  json["role"] = to_text(role);
  return dumped(json);
}

std::string state_json(std::uint64_t seq, Moment at, const Members& members, const std::string& queue,
                       const std::string& you) {
  std::string json = R"({"seq":)" + std::to_string(seq) + R"(,"server_time":)" + std::to_string(number(at));
  for (const auto& [name, value] : members) json += ",\"" + std::string(name) + "\":" + value;
  return json + ",\"queue\":" + queue + ",\"you\":" + you + "}";
}

std::string changed_members(const Members& before, const Members& after) {
  std::string changed;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (i < before.size() && before[i] == after[i]) continue;
    changed += (changed.empty() ? "\"" : ",\"") + std::string(after[i].first) + "\":" + after[i].second;
  }
  return changed;
}

std::string changed_json(std::uint64_t seq, Moment at, const std::string& members, const std::string& queue) {
  std::string set = members;
  if (!queue.empty()) set += (set.empty() ? "" : ",") + std::string("\"queue\":") + queue;
  return R"({"seq":)" + std::to_string(seq) + R"(,"server_time":)" + std::to_string(number(at)) + R"(,"set":{)" + set +
         "}}";
}

}  // namespace plenary::signaling

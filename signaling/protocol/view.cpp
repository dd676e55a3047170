#include "signaling/protocol/view.h"

#include <nlohmann/json.hpp>

#include "signaling/meeting/order.h"

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

Json request_tree(const Request& request, const Presence& presence) {
  Json json = {{"request", to_text(request.id)},
               {"kind", to_text(request.kind)},
               {"topic", request.topic},
               {"language", request.language},
               {"state", to_text(request.state)},
               {"position", nullptr},
               {"estimate_s", nullptr},
               {"reason", nullptr},
               {"person", person_json(request.person)},
               {"asked_by", request.asked_by.empty() ? Json(nullptr) : Json(request.asked_by)},
               {"asked_at", number(request.asked_at)},
               {"changed_at", number(request.changed_at)},
               {"limit_s", std::chrono::duration_cast<std::chrono::seconds>(request.limit).count()},
               {"elapsed_ms", request.elapsed.count()},
               {"running_since", request.running_since ? Json(number(*request.running_since)) : Json(nullptr)},
               {"muted", request.muted},
               {"ready", request.ready},
               {"offered", request.offered},
               {"connected", !request.person.identity.empty() && !presence.gone_since(request.person.id)},
               {"media", media_of(request, presence)},
               {"outcome", nullptr},
               {"outcome_reason", nullptr}};
  if (request.state == RequestState::held) json["lost_at"] = number(request.lost_at);
  if (is_ended(request.state)) {
    json["outcome"] = to_text(request.state);
    json["outcome_reason"] = request.reason.empty() ? Json(nullptr) : Json(request.reason);
  }
  return json;
}

// Estimates are as of the last event, else they would change without anything having happened.
Json queue_json(const Meeting& meeting) {
  const State& state = meeting.state();
  const std::vector<Place> order = waiting_order(state);
  const std::vector<Milliseconds> estimates = waiting_estimates(state, order, state.at);
  Json queue = Json::array();
  for (std::size_t i = 0; i < order.size(); ++i) {
    Json json = request_tree(*find_open(state, order[i].request), meeting.presence());
    json["position"] = i + 1;
    json["estimate_s"] = std::chrono::round<std::chrono::seconds>(estimates[i]).count();
    json["reason"] = order[i].reason;
    queue.push_back(std::move(json));
  }
  return queue;
}

Json floor_json(const Meeting& meeting) {
  Json floor = Json::array();
  for (const Request* holder : floor_holders(meeting.state()))
    floor.push_back(request_tree(*holder, meeting.presence()));
  return floor;
}

Json meeting_json(const Meeting& meeting) {
  const Rules& rules = meeting.rules();
  const State& state = meeting.state();
  return {{"id", rules.meeting},
          {"room", rules.room},
          {"title", rules.title},
          {"state", to_text(state.state)},
          {"audience", to_text(state.audience)},
          {"list", state.list_open ? "open" : "closed"},
          {"order", to_text(state.order)},
          {"needs_approval", rules.needs_approval},
          {"speakers_max", rules.speakers_max},
          {"overtime_max_s", std::chrono::duration_cast<std::chrono::seconds>(rules.overtime_max).count()}};
}

Json undo_json(const State& state) {
  if (!state.undo) return nullptr;
  const UndoPoint& undo = *state.undo;
  return {{"by", undo.by},
          {"act", to_text(undo.act)},
          {"request", undo.request ? Json(to_text(*undo.request)) : Json(nullptr)},
          {"until", number(undo.until)}};
}

}  // namespace

Members state_members(const Meeting& meeting, const RoomFacts& facts) {
  const State& state = meeting.state();
  Json languages = Json::array({"floor"});
  for (const std::string& language : meeting.rules().languages) languages.push_back(language);
  const Json room = {{"picture", facts.picture_live ? "live" : "slate"}, {"silent_channels", facts.silent_channels}};
  return {{"meeting", dumped(meeting_json(meeting))},
          {"languages", dumped(languages)},
          {"queue", dumped(queue_json(meeting))},
          {"floor", dumped(floor_json(meeting))},
          {"last", state.last ? dumped(request_tree(*state.last, meeting.presence())) : "null"},
          {"in_charge", state.in_charge.empty() ? "null" : dumped(Json(state.in_charge))},
          {"undo", dumped(undo_json(state))},
          {"return", dumped({{"connected", meeting.presence().return_connected}})},
          {"room", dumped(room)}};
}

std::string request_json(const Request& request, const Presence& presence) {
  return dumped(request_tree(request, presence));
}

std::string excluded_json(const Refusal& refusal) {
  return dumped({{"code", refusal.word}, {"message", refusal.sentence}});
}

std::string you_json(const Person& person, Role role) {
  Json json = person_json(person);
  json["role"] = to_text(role);
  return dumped(json);
}

std::string state_json(std::uint64_t seq, Moment at, const Members& members, const std::string& you) {
  std::string json = R"({"seq":)" + std::to_string(seq) + R"(,"server_time":)" + std::to_string(number(at));
  for (const auto& [name, value] : members) json += ",\"" + std::string(name) + "\":" + value;
  return json + ",\"you\":" + you + "}";
}

std::string changed_json(std::uint64_t seq, Moment at, const Members& before, const Members& after) {
  std::string set;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (i < before.size() && before[i] == after[i]) continue;
    set += (set.empty() ? "\"" : ",\"") + std::string(after[i].first) + "\":" + after[i].second;
  }
  if (set.empty()) return {};
  return R"({"seq":)" + std::to_string(seq) + R"(,"server_time":)" + std::to_string(number(at)) + R"(,"set":{)" + set +
         "}}";
}

}  // namespace plenary::signaling

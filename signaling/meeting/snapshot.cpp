#include "signaling/meeting/snapshot.h"

#include <charconv>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>
#include <type_traits>

#include "signaling/meeting/fold.h"

namespace plenary::signaling {
namespace {

using Json = nlohmann::json;

// Thrown and caught in this file only.
struct Unreadable {};

template <class Value, class Struct>
concept ConstOrNot = std::same_as<std::remove_const_t<Value>, Struct>;

// All members of a struct, by their place. The bindings must name every one, so that a new member does not compile
// until it is kept here too.
template <ConstOrNot<Person> Value>
auto members(Value& value) {
  auto& [id, identity, name, title, organisation, category, country, rank, where, token_id] = value;
  return std::tie(id, identity, name, title, organisation, category, country, rank, where, token_id);
}

template <ConstOrNot<Request> Value>
auto members(Value& value) {
  auto& [id, state, kind, person, requester, asked_by, topic, text, reader, language, item, key, reply_to, passed,
         limit, asked_at, changed_at, granted_at, running_since, elapsed, held_from, lost_at, muted, ready, called,
         spoke, offered, missed, reason] = value;
  return std::tie(id, state, kind, person, requester, asked_by, topic, text, reader, language, item, key, reply_to,
                  passed, limit, asked_at, changed_at, granted_at, running_since, elapsed, held_from, lost_at, muted,
                  ready, called, spoke, offered, missed, reason);
}

template <ConstOrNot<PassedBehind> Value>
auto members(Value& value) {
  auto& [at, whom] = value;
  return std::tie(at, whom);
}

template <ConstOrNot<AgendaItem> Value>
auto members(Value& value) {
  auto& [item, title, minutes] = value;
  return std::tie(item, title, minutes);
}

template <ConstOrNot<HelpLine> Value>
auto members(Value& value) {
  auto& [by, staff, at, text] = value;
  return std::tie(by, staff, at, text);
}

template <ConstOrNot<Help> Value>
auto members(Value& value) {
  auto& [id, person, role, open, lines] = value;
  return std::tie(id, person, role, open, lines);
}

template <ConstOrNot<Note> Value>
auto members(Value& value) {
  auto& [by, at, text] = value;
  return std::tie(by, at, text);
}

template <ConstOrNot<Readiness> Value>
auto members(Value& value) {
  auto& [fit, microphone, camera, network, problems, band_hz, level_db, noise_db, loss_percent, jitter_ms,
         round_trip_ms] = value;
  return std::tie(fit, microphone, camera, network, problems, band_hz, level_db, noise_db, loss_percent, jitter_ms,
                  round_trip_ms);
}

template <ConstOrNot<KnownCheck> Value>
auto members(Value& value) {
  auto& [readiness, at, seq, counted_from, counted] = value;
  return std::tie(readiness, at, seq, counted_from, counted);
}

template <ConstOrNot<Checks> Value>
auto members(Value& value) {
  auto& [known, last, forgotten] = value;
  return std::tie(known, last, forgotten);
}

template <ConstOrNot<SpokenTotal> Value>
auto members(Value& value) {
  auto& [time, count] = value;
  return std::tie(time, count);
}

template <ConstOrNot<UndoPoint> Value>
auto members(Value& value) {
  auto& [act, by, request, until, ends, changes, before, list_open, order, rows, last, answered, item, item_since] =
      value;
  return std::tie(act, by, request, until, ends, changes, before, list_open, order, rows, last, answered, item,
                  item_since);
}

template <ConstOrNot<State> Value>
auto members(Value& value) {
  auto& [seq, at, state, live_since, audience, in_charge, list_open, list_opens, rights_at_list_end, order,
         next_request, next_participant, open, rows, ended, delivered, last, answered, keys, people, spoken_by_person,
         spoken_by_category, spoken_by_kind, undo, removed, agenda, item, item_since, next_help, helps, notes, checks] =
      value;
  return std::tie(seq, at, state, live_since, audience, in_charge, list_open, list_opens, rights_at_list_end, order,
                  next_request, next_participant, open, rows, ended, delivered, last, answered, keys, people,
                  spoken_by_person, spoken_by_category, spoken_by_kind, undo, removed, agenda, item, item_since,
                  next_help, helps, notes, checks);
}

template <class Value>
concept Moments = requires(const Value& value) {
  value.time_since_epoch();
};
template <class Value>
concept Durations = requires(const Value& value) {
  value.count();
  typename Value::period;
};
template <class Value>
concept Optionals = requires(const Value& value) {
  value.has_value();
};
template <class Value>
concept Maps = requires {
  typename Value::mapped_type;
};
template <class Value>
concept Rows = requires(Value& value) {
  value.emplace_back();
};
template <class Value>
concept Pairs = requires(const Value& value) {
  value.first;
  value.second;
};

template <class Value>
Json encode(const Value& value);

template <class... Parts>
Json encode_all(const std::tuple<Parts...>& parts) {
  Json json = Json::array();
  std::apply([&](const auto&... part) { (json.push_back(encode(part)), ...); }, parts);
  return json;
}

template <class Value>
Json encode(const Value& value) {
  if constexpr (std::is_enum_v<Value>) {
    return static_cast<std::underlying_type_t<Value>>(value);
  } else if constexpr (std::is_arithmetic_v<Value> || std::same_as<Value, std::string>) {
    return value;
  } else if constexpr (Moments<Value>) {
    return value.time_since_epoch().count();
  } else if constexpr (Durations<Value>) {
    return value.count();
  } else if constexpr (Optionals<Value>) {
    return value ? encode(*value) : Json();
  } else if constexpr (Maps<Value> || Rows<Value>) {
    Json json = Json::array();
    for (const auto& entry : value) json.push_back(encode(entry));
    return json;
  } else if constexpr (Pairs<Value>) {
    return encode_all(std::tie(value.first, value.second));
  } else {
    return encode_all(members(value));
  }
}

template <class Value>
Value decode(const Json& json);

template <class... Parts>
void decode_all(const Json& json, const std::tuple<Parts&...>& parts) {
  if (!json.is_array() || json.size() != sizeof...(Parts)) throw Unreadable{};
  std::size_t place = 0;
  std::apply([&](Parts&... part) { ((part = decode<Parts>(json[place++])), ...); }, parts);
}

template <std::integral Value>
Value decode_number(const Json& json) {
  if constexpr (std::same_as<Value, bool>) {
    return json.get<bool>();
  } else {
    const auto number = json.get<std::conditional_t<std::is_signed_v<Value>, std::int64_t, std::uint64_t>>();
    if (!std::in_range<Value>(number)) throw Unreadable{};
    return static_cast<Value>(number);
  }
}

template <class Value>
Value decode_entries(const Json& json) {
  if (!json.is_array()) throw Unreadable{};
  Value value;
  for (const Json& entry : json) {
    if constexpr (Maps<Value>) {
      using Entry = std::pair<typename Value::key_type, typename Value::mapped_type>;
      value.insert(value.end(), decode<Entry>(entry));
    } else {
      value.push_back(decode<typename Value::value_type>(entry));
    }
  }
  return value;
}

template <class Value>
Value decode(const Json& json) {
  if constexpr (std::is_enum_v<Value>) {
    return static_cast<Value>(decode_number<std::underlying_type_t<Value>>(json));
  } else if constexpr (std::integral<Value>) {
    return decode_number<Value>(json);
  } else if constexpr (std::same_as<Value, std::string> || std::floating_point<Value>) {
    return json.get<Value>();
  } else if constexpr (Moments<Value>) {
    return Value(typename Value::duration(decode_number<typename Value::rep>(json)));
  } else if constexpr (Durations<Value>) {
    return Value(decode_number<typename Value::rep>(json));
  } else if constexpr (Optionals<Value>) {
    return json.is_null() ? Value{} : Value(decode<typename Value::value_type>(json));
  } else if constexpr (Maps<Value> || Rows<Value>) {
    return decode_entries<Value>(json);
  } else {
    Value value{};
    if constexpr (Pairs<Value>) {
      decode_all(json, std::tie(value.first, value.second));
    } else {
      decode_all(json, members(value));
    }
    return value;
  }
}

std::string text_of(const State& state) { return encode(state).dump(-1, ' ', false, Json::error_handler_t::replace); }

// FNV-1a: finds what a disk or an editor changed, nothing more.
std::uint64_t sum_of(std::string_view text) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return sum;
}

// Everything that the state depends on besides the events and this program's fold.
std::string head_of(std::string_view body, const Rules& rules) {
  return std::to_string(kSnapshotVersion) + " " + std::to_string(sum_of(text_of(first_state(rules)))) + " " +
         std::to_string(sum_of(body)) + "\n";
}

}  // namespace

std::string write_snapshot(const State& state, const Rules& rules) {
  const std::string body = text_of(state);
  return head_of(body, rules) + body;
}

std::optional<State> read_snapshot(std::string_view text, const Rules& rules) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view body = text.substr(end + 1);
  if (text.substr(0, end + 1) != head_of(body, rules)) return std::nullopt;
  try {
    return decode<State>(Json::parse(body));
  } catch (const Unreadable&) {
    return std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace plenary::signaling

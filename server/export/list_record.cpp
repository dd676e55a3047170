#include "server/export/list_record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "signaling/meeting/event_json.h"
#include "signaling/meeting/fold.h"

namespace plenary::server {
namespace {

using signaling::Moment;
using signaling::RequestState;

constexpr std::array kColumns = {"request", "name",     "organisation", "asked_by", "category", "kind",
                                 "item",    "topic",    "language",     "asked",    "granted",  "on_air",
                                 "ended",   "spoken_s", "outcome",      "reason",   "text",     "reader"};
constexpr std::size_t kSpoken = 13;  // the one column that is a number

// ISO 8601 in UTC, which spreadsheets and programs read alike; empty: never.
std::string time_text(std::optional<Moment> at) {
  if (!at) return {};
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(*at)));
}

std::array<std::string, kColumns.size()> cells_of(const RecordedRequest& recorded) {
  const signaling::Request& request = recorded.request;
  const bool is_over = signaling::is_ended(request.state);
  const auto seconds = std::chrono::round<std::chrono::seconds>(request.elapsed).count();
  return {to_text(request.id),
          request.person.name,
          request.person.organisation,
          request.asked_by,
          std::string(to_text(request.person.category)),
          std::string(to_text(request.kind)),
          request.item,
          request.topic,
          request.language,
          time_text(request.asked_at),
          time_text(recorded.granted),
          time_text(recorded.on_air),
          time_text(recorded.ended),
          std::to_string(seconds),
          is_over ? std::string(to_text(request.state)) : std::string(),
          is_over ? request.reason : std::string(),
          request.text,
          request.reader};
}

// What Excel, LibreOffice and Google Sheets take for the beginning of a formula, or cut before looking.
bool is_formula(std::string_view cell) {
  constexpr std::string_view kBeginnings = "=+-@\t\r";
  return !cell.empty() && kBeginnings.find(cell.front()) != std::string_view::npos;
}

std::string csv_cell(const std::string& cell) {
  const std::string safe = is_formula(cell) ? "'" + cell : cell;
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

ListRecord::ListRecord(const signaling::Rules& rules) : state_(signaling::first_state(rules)) {}

Status ListRecord::take(const signaling::StoredEvent& stored) {
  const Result<signaling::Event> event = signaling::read_event(stored);
  if (!event) return event.error();
  if (event->seq != state_.seq + 1) {
    return Error{"journal_gap",
                 "The journal has a gap before event " + std::to_string(event->seq) + "; restore it from a copy."};
  }
  signaling::apply(state_, *event);
  for (const auto& [id, request] : state_.open) note(request, event->at);
  // Newest last: those before the first one that is known to have ended were noted when they did.
  for (auto ended = state_.ended.rbegin(); ended != state_.ended.rend(); ++ended) {
    if (requests_[ended->id].ended) break;
    note(*ended, event->at);
  }
  return Done{};
}

void ListRecord::note(const signaling::Request& request, Moment at) {
  RecordedRequest& recorded = requests_[request.id];
  if (recorded.request == request && !request.running_since) return;
  recorded.request = request;
  recorded.request.elapsed = signaling::elapsed_at(request, at);
  if (!recorded.granted && request.granted_at != Moment{}) recorded.granted = request.granted_at;
  if (!recorded.on_air && request.spoke) recorded.on_air = at;
  recorded.ended = signaling::is_ended(request.state) ? std::optional(request.changed_at) : std::nullopt;
}

std::vector<RecordedRequest> ListRecord::requests() const {
  std::vector<RecordedRequest> all;
  for (const auto& [id, recorded] : requests_) all.push_back(recorded);
  std::ranges::stable_sort(all, {}, [](const RecordedRequest& recorded) { return recorded.request.asked_at; });
  return all;
}

std::string write_csv(const std::vector<RecordedRequest>& requests) {
  std::string text;
  for (std::size_t column = 0; column < kColumns.size(); ++column) {
    text += fmt::format("{}{}", column == 0 ? "" : ",", kColumns.at(column));
  }
  text += "\r\n";
  for (const RecordedRequest& recorded : requests) {
    const auto cells = cells_of(recorded);
    for (std::size_t column = 0; column < cells.size(); ++column) {
      text += (column == 0 ? "" : ",") + csv_cell(cells.at(column));
    }
    text += "\r\n";
  }
  return text;
}

std::string write_json(const std::string& meeting, const std::vector<RecordedRequest>& requests, const Totals& totals) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const RecordedRequest& recorded : requests) {
    const auto cells = cells_of(recorded);
    Json row = Json::object();
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const std::string& cell = cells.at(column);
      const std::string_view name = kColumns.at(column);
      const bool may_be_absent =
          name == "asked_by" || name == "granted" || name == "on_air" || name == "ended" || name == "outcome";
      row[std::string(name)] = column == kSpoken               ? Json(std::stoll(cell))
                               : may_be_absent && cell.empty() ? Json()
                                                               : Json(cell);
    }
    rows.push_back(std::move(row));
  }
  Json spoken = Json::array();
  for (const auto& [category, total] : totals) {
    spoken.push_back({{"category", to_text(category)},
                      {"spoken_s", std::chrono::round<std::chrono::seconds>(total.time).count()},
                      {"speeches", total.count}});
  }
  const Json whole = {{"meeting", meeting}, {"requests", std::move(rows)}, {"totals", std::move(spoken)}};
  return whole.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plenary::server

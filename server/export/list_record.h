// The speakers' list of a meeting as a record: every request that ever was, with its times. Folded from the journal's
// events, since a running meeting keeps only the last ended ones. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "media/base/result.h"
#include "signaling/meeting/meeting.h"

namespace plenary::server {

struct RecordedRequest {
  signaling::Request request;                               // as it is or ended; elapsed is the time spoken
  std::optional<signaling::Moment> granted, on_air, ended;  // the first time
};

using Totals = std::map<signaling::Category, signaling::SpokenTotal>;

class ListRecord {
 public:
  explicit ListRecord(const signaling::Rules& rules);

  // In the journal's order; `event_unreadable`, `journal_gap`.
  Status take(const signaling::StoredEvent& stored);
  // By time asked. Who speaks right now has spoken until the last event.
  [[nodiscard]] std::vector<RecordedRequest> requests() const;
  [[nodiscard]] const Totals& totals() const { return state_.spoken_by_category; }

 private:
  void note(const signaling::Request& request, signaling::Moment at);

  signaling::State state_;
  std::map<signaling::RequestId, RecordedRequest> requests_;
};

// RFC 4180, UTF-8. A cell that a spreadsheet would take for a formula begins with an apostrophe.
std::string write_csv(const std::vector<RecordedRequest>& requests);
// {"meeting": …, "requests": […], "totals": […]}, the same columns; times null where there are none, and asked_by where
// people asked for themselves. Totals are those of the speeches that are over, by category, as balance counts them.
std::string write_json(const std::string& meeting, const std::vector<RecordedRequest>& requests, const Totals& totals);

}  // namespace plenary::server

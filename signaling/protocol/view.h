// The state as pages see it (README.md "State"), in JSON texts: one for each top-level member, so that a change is told
// by comparing and sending whole members.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "signaling/meeting/meeting.h"

namespace plenary::signaling {

// What the shell knows of the room.
struct RoomFacts {
  bool picture_live = false;
  std::vector<std::string> silent_channels;
  bool operator==(const RoomFacts&) const = default;
};

using Members =
    std::vector<std::pair<std::string_view, std::string>>;  // name, JSON; always the same names in one order

// The state but for `you`, `seq` and `server_time`.
struct View {
  Members members;                                        // the same for all
  std::string queue;                                      // JSON, for those who run the meeting: every row
  std::string front;                                      // JSON, for everybody else: its front
  std::unordered_map<ParticipantId, std::string> behind;  // whose rows stand behind it: those rows, "," before each

  // "": they have none there.
  [[nodiscard]] const std::string& behind_of(ParticipantId participant) const;
  // The `queue` of a page.
  [[nodiscard]] std::string queue_of(ParticipantId participant, bool whole) const;
};

// Of the rows of the queue what does not hang on their place, kept from view to view: most rows of a long list stay as
// they are when one changes, and making their JSON is most of what a view costs.
class QueueRows {
 public:
  // The inside of a JSON object, but for "position", "estimate_s" and "reason".
  const std::string& text_of(const Request& request, const Meeting& meeting);
  // Rows that nobody has asked for since the last call.
  void forget_unused();

 private:
  struct Row {
    Request request;
    SpokenTotal spoken;
    bool connected = false;
    std::string_view media;
    std::string text;
    bool used = false;
  };
  std::unordered_map<RequestId, Row> rows_;
};

// `front_rows`: how many rows everybody sees; of those behind them, people see their own.
View view_of(const Meeting& meeting, const RoomFacts& facts, std::size_t front_rows, QueueRows& rows);
std::string request_json(const Request& request, const Meeting& meeting);
// Parameters of help.changed.
std::string help_json(const Help& help);
// Parameters of note.changed. Without a note: there is none any more.
std::string note_json(RequestId request, const Note* note);
// Result of floor.text.
std::string text_json(const Request& request);
// Parameters of meeting.excluded.
std::string excluded_json(const Refusal& refusal);
// `you`
std::string you_json(const Person& person, Role role);
std::string state_json(std::uint64_t seq, Moment at, const Members& members, const std::string& queue,
                       const std::string& you);
// Members that differ, as the inside of a JSON object; "" when none does.
std::string changed_members(const Members& before, const Members& after);
// Parameters of meeting.changed. `queue` is "" where it did not change.
std::string changed_json(std::uint64_t seq, Moment at, const std::string& members, const std::string& queue);

}  // namespace plenary::signaling

// How a meeting decides. From the configuration; never changes while it runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Rules {
  std::string meeting;  // id; a room without a programme has one standing meeting with the room's id
  std::string room;
  std::string title;
  std::string type;                    // of the meeting, a word for pages; empty: none was said
  std::vector<std::string> languages;  // without "floor"
  std::vector<std::string> agenda;     // titles, at most kMaxAgenda; numbered from 1
  std::size_t speakers_max = 1;        // 1 … 6
  bool needs_approval = false;         // requests are born pending
  bool opens_live = true;              // a standing meeting
  bool list_open = true;               // at the beginning, and whenever a closed meeting is opened
  ListOrder order = ListOrder::asked;  // at the beginning
  bool replies = true;                 // to the present speaker are taken from participants
  bool rights_at_list_end = false;     // rights of reply wait for the end of the list, not of their agenda item
  std::map<RequestKind, Milliseconds> limits = {
      {RequestKind::statement, std::chrono::minutes(3)},      {RequestKind::question, std::chrono::minutes(2)},
      {RequestKind::reply, std::chrono::minutes(2)},          {RequestKind::right_of_reply, std::chrono::minutes(3)},
      {RequestKind::point_of_order, std::chrono::minutes(1)}, {RequestKind::written, std::chrono::minutes(3)}};
  std::map<Category, Milliseconds> statement_limits;  // of those that have another than `limits` says
  std::size_t delegation_max = 0;                     // open requests of one organisation; zero: as many as they like
  Milliseconds overtime_max{0};                       // zero: the microphone never closes by itself

  Milliseconds lost_after = std::chrono::seconds(2);     // without an authenticated packet: held
  Milliseconds grace = std::chrono::seconds(15);         // from the last packet until the floor is released
  Milliseconds first_media = std::chrono::seconds(30);   // granted before any media came: a permission prompt's time
  Milliseconds ready_within = std::chrono::seconds(30);  // called to standby; zero: the moderator decides
  Milliseconds place_kept = std::chrono::minutes(2);     // waiting, page gone
};

}  // namespace plenary::signaling

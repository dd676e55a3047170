// Who somebody is and what they may be, as a join token says. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "media/base/time.h"

namespace plenary::server {

// Bytes of a text; a token with more is not read. An organisation's 140 characters of four bytes each have room.
constexpr std::size_t kMaxClaim = 560;
constexpr std::int64_t kMaxRank = INT32_MAX;  // as a meeting's events keep it

// What a token says of its bearer; `title` is the person's ("Minister"), not the room's.
struct Claims {
  std::string subject;   // sub: the same person on every device; may be empty
  std::string token_id;  // jti: the token itself; sign() makes one when it is empty, verify() from the signature
  std::string name;
  std::string title;
  std::string role;           // one of kRoles
  std::string meeting, room;  // one of both is set; "*" is every one
  std::string organisation, delegation;
  std::string category;  // one of kCategories or empty
  std::string country;
  std::string where;      // one of kWheres or empty: then the page says
  std::int64_t rank = 0;  // protocol rank, 1 is the highest; 0: none
  std::optional<WallTime> not_before;
  std::optional<WallTime> expires;  // every token that `plenary token` makes has it

  // Rooms have a standing meeting with the room's id.
  [[nodiscard]] bool admits_to_room(std::string_view room_id) const;
};

bool is_role(std::string_view role);
bool is_category(std::string_view category);
bool is_where(std::string_view where);
std::string role_names();  // "participant, chair, …", for messages
std::string category_names();
std::string where_names();

}  // namespace plenary::server

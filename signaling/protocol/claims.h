// Who somebody is, as the shell verified it from their token. Nothing a message says ever changes this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "media/base/time.h"
#include "signaling/meeting/state.h"

namespace plenary::signaling {

struct Claims {
  std::string sub;
  std::string name;
  std::string title;
  Role role = Role::observer;
  std::string room;          // "room" or "meeting" of the token; "*": all. The shell has checked that it fits.
  std::string organisation;  // or "delegation"
  Category category = Category::none;
  std::string country;
  std::int32_t rank = 0;
  std::optional<Where> where;  // none: their page says
  WallTime exp{};
  std::string token_id;     // `jti`, else the token's signature: identifies tokens without `sub`
  bool registered = false;  // by a token; the desk sets it
};

// Cleans and caps names; the identity is "sub:…", "token:…", or empty for anonymous people.
Person person_from(const Claims& claims);

}  // namespace plenary::signaling

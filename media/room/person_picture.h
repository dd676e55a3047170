// Somebody in front of a camera, for `test:` sources: head and shoulders that sway, eyes that blink, a mouth that goes
// with the voice, and their name beneath. Each number looks like somebody else. Pure.
#pragma once

#include <cstdint>
#include <memory>

#include "media/room/picture.h"

namespace plenary::room {

class PersonPicture {
 public:
  PersonPicture(std::uint32_t number, Mask name);

  // `seconds` since the beginning; `mouth` 0 closed … 1 open.
  [[nodiscard]] Picture draw(double seconds, double mouth, Instant captured) const;

 private:
  std::uint32_t number_;
  std::shared_ptr<std::uint8_t> background_;
};

}  // namespace plenary::room

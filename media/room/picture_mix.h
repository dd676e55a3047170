// Where remote speakers stand: the return's composite and the programme with the speaker laid in. Pure.
#pragma once

#include <vector>

#include "media/room/picture.h"

namespace plenary::room {

constexpr std::size_t kMaxTiles = 6;  // floor.speakers_max of a panel

struct Tile {
  Picture picture;  // without data: a speaker who sends sound only
  const Mask* caption = nullptr;
};

// One speaker fills the picture, two stand side by side, up to four and six in a grid. The slate where nobody has a
// picture.
Picture compose_return(const Picture& slate, const std::vector<Tile>& tiles, Instant now);
// Speakers at the lower right of the room's picture.
Picture compose_programme(const Picture& room, const std::vector<Tile>& tiles);

}  // namespace plenary::room

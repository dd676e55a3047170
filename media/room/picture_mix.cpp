#include "media/room/picture_mix.h"

#include <algorithm>
#include <cstring>

namespace plenary::room {
namespace {

constexpr std::size_t kMargin = 24;  // pixels
constexpr std::size_t kCaptionPadding = 12;

std::shared_ptr<std::uint8_t> copy_of(const Picture& picture) {
  std::shared_ptr<std::uint8_t> data = allocate_picture();
  std::memcpy(data.get(), picture.data.get(), kPictureSize);
  return data;
}

void draw_caption(std::uint8_t* picture, const Mask* caption, std::size_t x, std::size_t bottom) {
  if (caption == nullptr || caption->coverage.empty()) return;
  const std::size_t height = (caption->height + kCaptionPadding) / 2 * 2;
  const std::size_t y = bottom > height + kMargin ? (bottom - height - kMargin) / 2 * 2 : 0;
  fill_box(picture, {x + kMargin, y, (caption->width + 2 * kCaptionPadding) / 2 * 2, height}, kBackground);
  draw_mask(picture, *caption, x + kMargin + kCaptionPadding, y, kWhite);
}

struct Grid {
  std::size_t factor, columns, top;
};

Grid grid_for(std::size_t count) {
  if (count <= 2) return {2, 2, kPictureHeight / 4};
  if (count <= 4) return {2, 2, 0};
  return {3, 3, kPictureHeight / 6};
}

}  // namespace

Picture compose_return(const Picture& slate, const std::vector<Tile>& all, Instant now) {
  std::vector<Tile> tiles;
  for (const Tile& tile : all) {
    if (tile.picture.data && tiles.size() < kMaxTiles) tiles.push_back(tile);
  }
  if (tiles.empty()) {
    const bool captioned = !all.empty() && all.front().caption != nullptr;
    if (!captioned) return {now, slate.data};
    const std::shared_ptr<std::uint8_t> data = copy_of(slate);
    draw_caption(data.get(), all.front().caption, 0, kPictureHeight);
    return {now, data};
  }
  if (tiles.size() == 1) {
    if (tiles[0].caption == nullptr) return {now, tiles[0].picture.data};
    const std::shared_ptr<std::uint8_t> data = copy_of(tiles[0].picture);
    draw_caption(data.get(), tiles[0].caption, 0, kPictureHeight);
    return {now, data};
  }
  const std::shared_ptr<std::uint8_t> data = allocate_picture();
  fill_picture(data.get(), kBackground);
  const Grid grid = grid_for(tiles.size());
  const std::size_t width = kPictureWidth / grid.factor / 2 * 2;
  const std::size_t height = kPictureHeight / grid.factor / 2 * 2;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const std::size_t x = i % grid.columns * width;
    const std::size_t y = grid.top + i / grid.columns * height;
    draw_smaller(data.get(), tiles[i].picture.data.get(), grid.factor, x, y);
    draw_caption(data.get(), tiles[i].caption, x, y + height);
  }
  return {now, data};
}

Picture compose_programme(const Picture& room, const std::vector<Tile>& tiles) {
  const bool any =
      std::any_of(tiles.begin(), tiles.end(), [](const Tile& tile) { return tile.picture.data != nullptr; });
  if (!any) return room;
  const std::size_t factor = tiles.size() <= 2 ? 3 : 4;
  const std::size_t width = kPictureWidth / factor / 2 * 2;
  const std::size_t height = kPictureHeight / factor / 2 * 2;
  const std::size_t in_row = (kPictureWidth - kMargin) / (width + kMargin);
  const std::shared_ptr<std::uint8_t> data = copy_of(room);
  std::size_t place = 0;
  for (const Tile& tile : tiles) {
    if (!tile.picture.data || place >= kMaxTiles) continue;
    const std::size_t x = kPictureWidth - (place % in_row + 1) * (width + kMargin);
    const std::size_t y = kPictureHeight - (place / in_row + 1) * (height + kMargin);
    draw_smaller(data.get(), tile.picture.data.get(), factor, x / 2 * 2, y / 2 * 2);
    ++place;
  }
  return {room.captured, data};
}

}  // namespace plenary::room

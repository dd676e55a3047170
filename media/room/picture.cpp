#include "media/room/picture.h"

#include <algorithm>
#include <cstring>

namespace plenary::room {
namespace {

void fill_plane(std::uint8_t* plane, std::size_t stride, std::size_t rows, Box box, std::uint8_t value) {
  if (box.x >= stride) return;
  const std::size_t width = std::min(box.width, stride - box.x);
  for (std::size_t y = box.y; y < std::min(box.y + box.height, rows); ++y) {
    std::memset(plane + y * stride + box.x, value, width);
  }
}

template <std::size_t kFactor>
void shrink_row(const std::uint8_t* from, std::size_t from_stride, std::uint8_t* to, std::size_t count) {
  for (std::size_t x = 0; x < count; ++x) {
    unsigned sum = 0;
    for (std::size_t dy = 0; dy < kFactor; ++dy) {
      for (std::size_t dx = 0; dx < kFactor; ++dx) sum += from[dy * from_stride + x * kFactor + dx];
    }
    to[x] = static_cast<std::uint8_t>(sum / (kFactor * kFactor));
  }
}

struct Plane {
  const std::uint8_t* data;
  std::size_t width, height;
};

void shrink_plane(Plane from, std::size_t factor, std::uint8_t* to, std::size_t to_stride, std::size_t columns,
                  std::size_t rows) {
  for (std::size_t y = 0; y < rows; ++y) {
    const std::uint8_t* row = from.data + y * factor * from.width;
    if (factor == 2) shrink_row<2>(row, from.width, to + y * to_stride, columns);
    if (factor == 3) shrink_row<3>(row, from.width, to + y * to_stride, columns);
    if (factor == 4) shrink_row<4>(row, from.width, to + y * to_stride, columns);
  }
}

}  // namespace

std::shared_ptr<std::uint8_t> allocate_picture() {
  return {new std::uint8_t[kPictureSize], std::default_delete<std::uint8_t[]>()};
}

void fill_box(std::uint8_t* picture, Box box, Colour colour) {
  fill_plane(picture, kPictureWidth, kPictureHeight, box, colour.y);
  const Box half{box.x / 2, box.y / 2, box.width / 2, box.height / 2};
  fill_plane(picture + kLumaSize, kPictureWidth / 2, kPictureHeight / 2, half, colour.u);
  fill_plane(picture + kLumaSize + kChromaSize, kPictureWidth / 2, kPictureHeight / 2, half, colour.v);
}

void fill_picture(std::uint8_t* picture, Colour colour) {
  fill_box(picture, {0, 0, kPictureWidth, kPictureHeight}, colour);
}

void draw_smaller(std::uint8_t* picture, const std::uint8_t* source, std::size_t factor, std::size_t x, std::size_t y) {
  const std::size_t columns = std::min(kPictureWidth / factor, kPictureWidth - std::min(x, kPictureWidth)) & ~1UL;
  const std::size_t rows = std::min(kPictureHeight / factor, kPictureHeight - std::min(y, kPictureHeight)) & ~1UL;
  shrink_plane({source, kPictureWidth, kPictureHeight}, factor, picture + y * kPictureWidth + x, kPictureWidth, columns,
               rows);
  for (std::size_t plane = 0; plane < 2; ++plane) {
    const std::size_t offset = kLumaSize + plane * kChromaSize;
    shrink_plane({source + offset, kPictureWidth / 2, kPictureHeight / 2}, factor,
                 picture + offset + y / 2 * (kPictureWidth / 2) + x / 2, kPictureWidth / 2, columns / 2, rows / 2);
  }
}

ByteVector make_thumbnail(const std::uint8_t* source) {
  constexpr std::size_t kFactor = kPictureWidth / kThumbnailWidth;
  constexpr std::size_t kLuma = kThumbnailWidth * kThumbnailHeight;
  ByteVector thumbnail(kLuma * 3 / 2);
  shrink_plane({source, kPictureWidth, kPictureHeight}, kFactor, thumbnail.data(), kThumbnailWidth, kThumbnailWidth,
               kThumbnailHeight);
  for (std::size_t plane = 0; plane < 2; ++plane) {
    shrink_plane({source + kLumaSize + plane * kChromaSize, kPictureWidth / 2, kPictureHeight / 2}, kFactor,
                 thumbnail.data() + kLuma + plane * kLuma / 4, kThumbnailWidth / 2, kThumbnailWidth / 2,
                 kThumbnailHeight / 2);
  }
  return thumbnail;
}

void draw_mask(std::uint8_t* picture, const Mask& mask, std::size_t x, std::size_t y, Colour colour) {
  if (x >= kPictureWidth || y >= kPictureHeight) return;
  const std::size_t columns = std::min(mask.width, kPictureWidth - x);
  const std::size_t rows = std::min(mask.height, kPictureHeight - y);
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint8_t* to = picture + (y + row) * kPictureWidth + x;
    const std::uint8_t* cover = mask.coverage.data() + row * mask.width;
    for (std::size_t column = 0; column < columns; ++column) {
      const int there = to[column];
      to[column] = static_cast<std::uint8_t>(there + (int{colour.y} - there) * cover[column] / 255);
    }
  }
}

}  // namespace plenary::room

// A decoded picture: I420, 1280×720, three planes one behind the other without padding. Shared between threads because
// nobody changes it after it was made. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "media/base/bytes.h"
#include "media/base/time.h"

namespace plenary::room {

constexpr std::size_t kPictureWidth = 1280;
constexpr std::size_t kPictureHeight = 720;
constexpr std::size_t kLumaSize = kPictureWidth * kPictureHeight;
constexpr std::size_t kChromaSize = kLumaSize / 4;
constexpr std::size_t kPictureSize = kLumaSize + 2 * kChromaSize;  // bytes
constexpr int kMaxFrameRate = 30;                                  // faster sources are thinned out

struct Picture {
  Instant captured{};
  std::shared_ptr<const std::uint8_t> data;  // kPictureSize bytes; keeps alive whatever owns them
};

// Memory for a new picture.
std::shared_ptr<std::uint8_t> allocate_picture();

struct Colour {
  std::uint8_t y, u, v;
};
constexpr Colour kBackground{28, 132, 125};  // #0E1217, BT.709 limited range
constexpr Colour kBlack{16, 128, 128};
constexpr Colour kWhite{235, 128, 128};

struct Box {
  std::size_t x, y, width, height;  // pixels; even numbers
};

// Everything is cut at the picture's edges.
void fill_box(std::uint8_t* picture, Box box, Colour colour);
void fill_picture(std::uint8_t* picture, Colour colour);
// `source` made smaller by the whole factor 2, 3 or 4 (mean of each square) with its top left corner at x, y.
void draw_smaller(std::uint8_t* picture, const std::uint8_t* source, std::size_t factor, std::size_t x, std::size_t y);
// 320×180 I420, for previews.
ByteVector make_thumbnail(const std::uint8_t* source);

constexpr std::size_t kThumbnailWidth = 320;
constexpr std::size_t kThumbnailHeight = 180;

// One byte a pixel, 0 … 255: how much of `colour` covers what is there.
struct Mask {
  std::size_t width = 0;
  std::size_t height = 0;
  ByteVector coverage;
};
void draw_mask(std::uint8_t* picture, const Mask& mask, std::size_t x, std::size_t y, Colour colour);

}  // namespace plenary::room

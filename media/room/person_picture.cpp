#include "media/room/person_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

namespace plenary::room {
namespace {

constexpr std::array<Colour, 6> kWalls{
    {{88, 140, 118}, {96, 116, 124}, {80, 128, 142}, {104, 136, 120}, {84, 150, 128}, {100, 122, 136}}};
constexpr std::array<Colour, 6> kSkins{
    {{186, 110, 146}, {150, 108, 152}, {104, 114, 146}, {78, 118, 142}, {172, 112, 148}, {128, 110, 150}}};
constexpr std::array<Colour, 5> kHairs{
    {{34, 126, 132}, {58, 118, 142}, {28, 128, 128}, {150, 124, 130}, {90, 108, 148}}};
constexpr std::array<Colour, 7> kClothes{
    {{46, 156, 118}, {52, 112, 140}, {36, 132, 126}, {70, 120, 158}, {96, 104, 124}, {62, 146, 112}, {120, 124, 132}}};
constexpr Colour kLips{86, 118, 168};
constexpr std::size_t kCaptionTop = 620;

// Rows of boxes: cheap, and nobody sees that the edge has steps of two pixels.
void fill_ellipse(std::uint8_t* picture, double x, double y, double half_width, double half_height, Colour colour) {
  for (double row = -half_height; row < half_height; row += 2) {
    const double part = row / half_height;
    const double half = half_width * std::sqrt(std::max(0.0, 1 - part * part));
    const double left = std::max(0.0, x - half);
    if (y + row < 0 || half < 1) continue;
    const auto even = [](double value) { return static_cast<std::size_t>(value) / 2 * 2; };
    fill_box(picture, {even(left), even(y + row), even(x + half - left), 2}, colour);
  }
}

template <std::size_t kCount>
Colour pick(const std::array<Colour, kCount>& colours, std::uint32_t number) {
  return colours[number % kCount];
}

// Where a text begins whose letters, without what is empty above them, stand in the middle of the caption.
std::size_t caption_row(const Mask& name) {
  const auto inked = std::ranges::find_if(name.coverage, [](std::uint8_t covered) { return covered != 0; });
  const auto empty = static_cast<std::size_t>(inked - name.coverage.begin()) / std::max<std::size_t>(name.width, 1);
  const std::size_t letters = name.height - std::min(empty, name.height);
  return kCaptionTop + (kPictureHeight - kCaptionTop - std::min(letters, kPictureHeight - kCaptionTop)) / 2 - empty;
}

}  // namespace

PersonPicture::PersonPicture(std::uint32_t number, Mask name) : number_(number), background_(allocate_picture()) {
  std::uint8_t* picture = background_.get();
  fill_picture(picture, pick(kWalls, number));
  // A bookshelf or a window behind them, so that no two rooms are alike.
  const std::size_t shelf = 80 + number * 97 % 300 / 2 * 2;
  Colour lighter = pick(kWalls, number);
  lighter.y = static_cast<std::uint8_t>(lighter.y + 34);
  fill_box(picture, {shelf, 60, 200, 240}, lighter);
  fill_box(picture, {shelf + 700, 60 + number * 31 % 80 / 2 * 2, 160, 320}, lighter);
  fill_box(picture, {0, kCaptionTop, kPictureWidth, kPictureHeight - kCaptionTop}, kBackground);
  draw_mask(picture, name, 60, caption_row(name), kWhite);
}

Picture PersonPicture::draw(double seconds, double mouth, Instant captured) const {
  const std::shared_ptr<std::uint8_t> drawn = allocate_picture();
  std::uint8_t* picture = drawn.get();
  std::memcpy(picture, background_.get(), kPictureSize);
  const double sway = 14 * std::sin(2 * std::numbers::pi * seconds / (5.0 + number_ % 4));
  const double x = 640 + sway;
  const double y = 300 + 5 * std::sin(2 * std::numbers::pi * seconds / 3.1) - 4 * mouth;
  const Colour skin = pick(kSkins, number_ / 2);
  const Colour hair = pick(kHairs, number_ / 3 + number_);
  fill_ellipse(picture, 640 + sway / 2, 680, 250, 190, pick(kClothes, number_));
  fill_box(picture, {static_cast<std::size_t>(x - 40) / 2 * 2, static_cast<std::size_t>(y + 90) / 2 * 2, 80, 120},
           skin);
  fill_ellipse(picture, x, y - 24, 136, number_ % 3 == 0 ? 200 : 164, hair);
  fill_ellipse(picture, x, y + 14, 112, 146, skin);
  const bool blinks = std::fmod(seconds + number_ % 7, 4.3) < 0.14;
  for (const double side : {-1.0, 1.0}) {
    fill_ellipse(picture, x + side * 44, y - 6, 17, blinks ? 3 : 11, blinks ? hair : kWhite);
    if (!blinks) fill_ellipse(picture, x + side * 44 + sway / 5, y - 6, 7, 8, kBlack);
    fill_ellipse(picture, x + side * 44, y - 36, 26, 5, hair);
  }
  fill_ellipse(picture, x, y + 84, 34, 6 + 20 * mouth, kLips);
  // What hangs over the caption's edge.
  const std::size_t offset = kCaptionTop * kPictureWidth;
  std::memcpy(picture + offset, background_.get() + offset, kLumaSize - offset);
  for (const std::size_t plane : {kLumaSize, kLumaSize + kChromaSize}) {
    const std::size_t from = plane + offset / 4;
    std::memcpy(picture + from, background_.get() + from, kChromaSize - offset / 4);
  }
  return {captured, drawn};
}

}  // namespace plenary::room

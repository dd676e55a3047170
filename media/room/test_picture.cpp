#include "media/room/test_picture.h"

#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace plenary::room {
namespace {

constexpr std::size_t kCells = 32;
constexpr std::size_t kBits = 24;
constexpr std::size_t kDemoCell = 10;                                // pixels
constexpr std::size_t kDemoStripY = kPictureHeight - 2 * kDemoCell;  // two rows at the lower edge
constexpr Colour kPale{150, 128, 128};

// SMPTE's seven bars at 75 %, BT.709 limited range.
constexpr std::array<Colour, 7> kBars{
    {{180, 128, 128}, {168, 44, 136}, {145, 147, 44}, {133, 63, 52}, {63, 193, 204}, {51, 109, 212}, {28, 212, 120}}};

// Bit i of the row, from the left.
bool cell_is_white(std::uint32_t value, std::size_t i) {
  if (i == 0) return true;
  if (i >= 2 && i < 2 + kBits) return (value >> (kBits - 1 - (i - 2)) & 1) != 0;
  if (i == 3 + kBits) return true;
  if (i == 4 + kBits) return std::popcount(value) % 2 == 0;
  return false;
}

}  // namespace

std::optional<TestPattern> parse_test_pattern(std::string_view name) {
  if (name.empty() || name == "demo") return TestPattern::demo;
  if (name == "smpte") return TestPattern::smpte;
  if (name == "counter") return TestPattern::counter;
  if (name == "black") return TestPattern::black;
  if (name == "person") return TestPattern::person;
  return std::nullopt;
}

void draw_strip(std::uint8_t* picture, std::uint32_t value, std::size_t cell, std::size_t x, std::size_t y) {
  value %= kStripModulus;
  for (std::size_t i = 0; i < kCells; ++i) {
    fill_box(picture, {x + i * cell, y, cell, cell}, cell_is_white(value, i) ? kWhite : kBlack);
  }
}

std::optional<std::uint32_t> read_strip(const std::uint8_t* luma, std::size_t stride, std::size_t cell, std::size_t x,
                                        std::size_t y) {
  std::array<bool, kCells> white{};
  for (std::size_t i = 0; i < kCells; ++i) {
    white[i] = luma[(y + cell / 2) * stride + x + i * cell + cell / 2] > 126;
  }
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kBits; ++i) value = value << 1 | (white[2 + i] ? 1 : 0);
  for (std::size_t i = 0; i < kCells; ++i) {
    if (white[i] != cell_is_white(value, i)) return std::nullopt;
  }
  return value;
}

TestPicture::TestPicture(TestPattern pattern, TestTexts texts, Colour accent)
    : pattern_(pattern), texts_(std::move(texts)), accent_(accent), background_(allocate_picture()) {
  draw_background();
}

void TestPicture::draw_background() {
  std::uint8_t* picture = background_.get();
  fill_picture(picture, pattern_ == TestPattern::demo ? kBackground : kBlack);
  if (pattern_ == TestPattern::smpte) {
    constexpr std::size_t kBarWidth = kPictureWidth / kBars.size() / 2 * 2;
    for (std::size_t i = 0; i < kBars.size(); ++i) {
      const std::size_t width = i + 1 == kBars.size() ? kPictureWidth - i * kBarWidth : kBarWidth;
      fill_box(picture, {i * kBarWidth, 0, width, kPictureHeight}, kBars[i]);
    }
  }
  if (pattern_ == TestPattern::demo) {
    fill_box(picture, {80, 96, 12, 120}, accent_);
    draw_mask(picture, texts_.title, 120, 96, kWhite);
    fill_box(picture, {80, 560, kPictureWidth - 160, 4}, {60, 130, 126});
  }
}

void TestPicture::draw_clock(std::uint8_t* picture, std::int64_t wall_ms) const {
  const std::int64_t seconds = wall_ms / 1'000;
  const std::array<std::int64_t, 3> parts{seconds / 3'600 % 24, seconds / 60 % 60, seconds % 60};
  std::size_t x = 120;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const std::int64_t digit : {parts[i] / 10, parts[i] % 10}) {
      draw_mask(picture, texts_.digits[digit], x, 300, kPale);
      x += texts_.digits[0].width;
    }
    if (i + 1 < parts.size()) {
      draw_mask(picture, texts_.digits[10], x, 300, kPale);
      x += texts_.digits[10].width;
    }
  }
}

Picture TestPicture::draw(std::uint32_t frame, std::int64_t wall_ms, Instant captured) const {
  const std::shared_ptr<std::uint8_t> picture = allocate_picture();
  std::memcpy(picture.get(), background_.get(), kPictureSize);
  if (pattern_ == TestPattern::counter) {
    draw_strip(picture.get(), frame, kStripCell, 0, 0);
    draw_strip(picture.get(), static_cast<std::uint32_t>(wall_ms % kStripModulus), kStripCell, 0, kStripCell);
  }
  if (pattern_ == TestPattern::demo) {
    draw_clock(picture.get(), wall_ms);
    // To and fro, once in eight seconds of 30 frames.
    const std::size_t phase = frame % 240;
    const std::size_t way = phase < 120 ? phase : 240 - phase;
    fill_box(picture.get(), {80 + way * 8, 536, 160, 52}, accent_);
    draw_strip(picture.get(), frame, kDemoCell, 0, kDemoStripY);
    draw_strip(picture.get(), static_cast<std::uint32_t>(wall_ms % kStripModulus), kDemoCell, 0,
               kDemoStripY + kDemoCell);
  }
  if (pattern_ == TestPattern::smpte) {
    fill_box(picture.get(), {frame * 8 % (kPictureWidth - 64) / 2 * 2, 640, 64, 48}, kWhite);
  }
  return {captured, picture};
}

}  // namespace plenary::room

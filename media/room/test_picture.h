// The pictures of `test:` sources. Drawn here rather than by GStreamer's pattern source, because most of a picture
// stays as it was: a frame costs a copy and a few small boxes. Pure.
//
// `counter`: two rows of 40 cells' height at the top left that a program reads back. A row is 32 cells of 40 pixels:
// white, black, 24 bits (most significant first; white is 1), black, white, odd parity of the bits, and three black.
// The first row counts frames, the second is civil time in milliseconds; both modulo 2^24. `demo` has the same rows a
// quarter as large at its lower edge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "media/room/picture.h"

namespace plenary::room {

enum class TestPattern : std::uint8_t { demo, smpte, counter, black, person };
std::optional<TestPattern> parse_test_pattern(std::string_view name);

// Text made once and drawn often.
struct TestTexts {
  Mask title;
  Mask digits[11];  // 0 … 9 and the colon
};

class TestPicture {
 public:
  TestPicture(TestPattern pattern, TestTexts texts, Colour accent);

  Picture draw(std::uint32_t frame, std::int64_t wall_ms, Instant captured) const;

 private:
  void draw_background();
  void draw_clock(std::uint8_t* picture, std::int64_t wall_ms) const;

  TestPattern pattern_;
  TestTexts texts_;
  Colour accent_;
  std::shared_ptr<std::uint8_t> background_;
};

constexpr std::uint32_t kStripModulus = 1U << 24;
constexpr std::size_t kStripCell = 40;  // pixels, in `counter`

void draw_strip(std::uint8_t* picture, std::uint32_t value, std::size_t cell, std::size_t x, std::size_t y);
// Reads a row back from a picture's luma; nothing when the frame marks or the parity are wrong.
std::optional<std::uint32_t> read_strip(const std::uint8_t* luma, std::size_t stride, std::size_t cell, std::size_t x,
                                        std::size_t y);

}  // namespace plenary::room

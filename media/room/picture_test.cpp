#include "media/room/picture.h"

#include <gtest/gtest.h>

#include "media/room/picture_mix.h"
#include "media/room/test_picture.h"

namespace plenary::room::picture_test {
namespace {

std::shared_ptr<std::uint8_t> plain(Colour colour) {
  std::shared_ptr<std::uint8_t> data = allocate_picture();
  fill_picture(data.get(), colour);
  return data;
}

std::uint8_t luma_at(const Picture& picture, std::size_t x, std::size_t y) {
  return picture.data.get()[y * kPictureWidth + x];
}

Tile tile(std::uint8_t luma) { return {{Instant{}, plain({luma, 128, 128})}, nullptr}; }

TEST(Strip, a_number_is_read_back_from_its_row) {
  const std::shared_ptr<std::uint8_t> data = plain(kBlack);
  for (const std::uint32_t value : {0U, 1U, 0x5a5a5aU, kStripModulus - 1}) {
    draw_strip(data.get(), value, kStripCell, 0, 0);
    EXPECT_EQ(read_strip(data.get(), kPictureWidth, kStripCell, 0, 0), value);
  }
}

TEST(Strip, a_picture_without_a_row_gives_no_number) {
  EXPECT_FALSE(read_strip(plain(kBlack).get(), kPictureWidth, kStripCell, 0, 0));
  EXPECT_FALSE(read_strip(plain(kWhite).get(), kPictureWidth, kStripCell, 0, 0));
}

TEST(TestPicture, counter_shows_frame_and_time) {
  const TestPicture drawn(TestPattern::counter, {}, kWhite);
  const Picture picture = drawn.draw(1'234, 987'654'321, Instant{});
  EXPECT_EQ(read_strip(picture.data.get(), kPictureWidth, kStripCell, 0, 0), 1'234U);
  EXPECT_EQ(read_strip(picture.data.get(), kPictureWidth, kStripCell, 0, kStripCell), 987'654'321U % kStripModulus);
}

TEST(ComposeReturn, the_slate_stands_while_nobody_speaks) {
  const Picture slate{Instant{}, plain({50, 128, 128})};
  EXPECT_EQ(compose_return(slate, {}, Instant{}).data, slate.data);
}

TEST(ComposeReturn, one_speaker_fills_the_picture_without_a_copy) {
  const Picture slate{Instant{}, plain({50, 128, 128})};
  const Tile only = tile(100);
  EXPECT_EQ(compose_return(slate, {only}, Instant{}).data, only.picture.data);
}

TEST(ComposeReturn, two_stand_side_by_side_and_six_in_a_grid) {
  const Picture slate{Instant{}, plain({50, 128, 128})};
  const Picture two = compose_return(slate, {tile(100), tile(200)}, Instant{});
  EXPECT_EQ(luma_at(two, 320, 360), 100);
  EXPECT_EQ(luma_at(two, 960, 360), 200);
  EXPECT_EQ(luma_at(two, 320, 20), kBackground.y);
  const Picture six =
      compose_return(slate, {tile(60), tile(80), tile(100), tile(120), tile(140), tile(160)}, Instant{});
  EXPECT_EQ(luma_at(six, 200, 240), 60);
  EXPECT_EQ(luma_at(six, 1'060, 480), 160);
}

TEST(ComposeProgramme, the_speaker_is_laid_into_the_rooms_lower_right) {
  const Picture room{Instant{}, plain({50, 128, 128})};
  const Picture mixed = compose_programme(room, {tile(200)});
  EXPECT_EQ(luma_at(mixed, 100, 100), 50);
  EXPECT_EQ(luma_at(mixed, 1'100, 600), 200);
  EXPECT_EQ(compose_programme(room, {}).data, room.data);
}

TEST(DrawSmaller, never_writes_outside_the_picture) {
  const std::shared_ptr<std::uint8_t> to = plain(kBlack);
  const std::shared_ptr<std::uint8_t> from = plain(kWhite);
  draw_smaller(to.get(), from.get(), 2, kPictureWidth - 10, kPictureHeight - 10);
  draw_smaller(to.get(), from.get(), 3, kPictureWidth, kPictureHeight);
  EXPECT_EQ(luma_at({Instant{}, to}, kPictureWidth - 5, kPictureHeight - 5), kWhite.y);
  EXPECT_EQ(luma_at({Instant{}, to}, 0, kPictureHeight - 5), kBlack.y);
}

}  // namespace
}  // namespace plenary::room::picture_test

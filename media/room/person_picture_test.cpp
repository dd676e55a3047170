#include "media/room/person_picture.h"

#include <gtest/gtest.h>

#include <cstring>

namespace plenary::room::person_picture_test {
namespace {

bool same(const Picture& a, const Picture& b) { return std::memcmp(a.data.get(), b.data.get(), kPictureSize) == 0; }

TEST(PersonPicture, moves_with_time_and_with_the_mouth) {
  const PersonPicture person(4, {});
  EXPECT_TRUE(same(person.draw(1, 0, Instant{}), person.draw(1, 0, Instant{})));
  EXPECT_FALSE(same(person.draw(1, 0, Instant{}), person.draw(1.5, 0, Instant{})));
  EXPECT_FALSE(same(person.draw(1, 0, Instant{}), person.draw(1, 1, Instant{})));
}

TEST(PersonPicture, everybody_looks_different) {
  for (std::uint32_t number = 0; number < 12; ++number) {
    for (std::uint32_t other = 0; other < number; ++other) {
      EXPECT_FALSE(
          same(PersonPicture(number, {}).draw(0, 0, Instant{}), PersonPicture(other, {}).draw(0, 0, Instant{})))
          << number << " and " << other;
    }
  }
}

TEST(PersonPicture, the_name_stands_beneath_whatever_the_body_does) {
  const Mask name{.width = 40, .height = 20, .coverage = ByteVector(800, 255)};
  const PersonPicture person(1, name);
  for (const double seconds : {0.0, 1.3, 2.7}) {
    const Picture picture = person.draw(seconds, 1, Instant{});
    EXPECT_EQ(picture.data.get()[670 * kPictureWidth + 80], kWhite.y);
    EXPECT_EQ(picture.data.get()[700 * kPictureWidth + 640], kBackground.y);
  }
}

}  // namespace
}  // namespace plenary::room::person_picture_test

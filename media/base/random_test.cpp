#include "media/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace plenary::random_test {
namespace {

TEST(Random, the_same_seed_gives_the_same_bytes) {
  SeededRandom one(7);
  SeededRandom two(7);
  SeededRandom other(8);
  const std::string text = one.token(32);
  EXPECT_EQ(text, two.token(32));
  EXPECT_NE(text, other.token(32));
}

TEST(Random, a_token_has_its_length_and_only_letters_and_digits) {
  SeededRandom random(1);
  const std::string text = random.token(500);
  EXPECT_EQ(text.size(), 500U);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0; }));
}

}  // namespace
}  // namespace plenary::random_test

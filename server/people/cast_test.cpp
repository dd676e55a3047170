#include "server/people/cast.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "server/auth/claims.h"

namespace plenary::people::cast_test {
namespace {

TEST(Cast, nobody_has_the_name_of_somebody_else) {
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < kMostPeople; ++i) EXPECT_TRUE(names.insert(make_character(i).name).second) << i;
}

TEST(Cast, the_first_dozen_are_of_all_categories_places_and_many_languages) {
  std::set<std::string> categories;
  std::set<std::string> languages;
  std::map<Place, int> places;
  for (std::uint32_t i = 0; i < 12; ++i) {
    const Character character = make_character(i);
    EXPECT_TRUE(server::is_category(character.category));
    EXPECT_FALSE(character.organisation.empty());
    categories.insert(character.category);
    languages.insert(character.language);
    ++places[character.place];
  }
  EXPECT_EQ(categories.size(), 5U);
  EXPECT_GE(languages.size(), 5U);
  EXPECT_GE(places[Place::room], 3);
  EXPECT_GE(places[Place::remote], 6);
}

TEST(Cast, everybody_has_several_things_to_say_in_their_own_language) {
  for (std::uint32_t i = 0; i < 12; ++i) {
    const Character character = make_character(i);
    EXPECT_NE(topic(character, 0), topic(character, 1));
    EXPECT_NE(speech(character, topic(character, 2)).find(topic(character, 2)), std::string::npos);
  }
  EXPECT_EQ(make_character(3).language, "ar");
  EXPECT_EQ(make_character(1).language, "zh");
}

}  // namespace
}  // namespace plenary::people::cast_test

// Who the simulated people are: invented names of many regions and scripts, organisations of the five stakeholder
// categories, and what they ask about and say, each in their own language. Pure: the same number is the same person.
#pragma once

#include <cstdint>
#include <string>

#include "server/people/person.h"

namespace plenary::people {

constexpr unsigned kMostPeople = 100;

struct Character {
  std::uint32_t number = 0;  // also how they look and sound
  std::string name;
  std::string title;
  std::string organisation;
  std::string category;
  std::string country;
  std::string language;  // what they speak: en, fr, es, ar, zh, ru
  Place place = Place::remote;
};

// `number` below kMostPeople; no two have the same name. Every third is in the room.
Character make_character(std::uint32_t number);

// The `which`-th thing that somebody of this language would speak about.
std::string topic(const Character& character, std::uint64_t which);
// What they say about it, for a synthetic voice.
std::string speech(const Character& character, const std::string& topic);

}  // namespace plenary::people

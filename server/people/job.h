// What `plenary demo` tells the process that its people live in: one line of JSON on its standard input, which stays
// open as long as the demo lives. Tokens are in it, so it is no argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plenary::people {

constexpr std::size_t kMaxJob = 512 * 1024;  // bytes; a hundred people with their tokens are 60 KB

struct RoomJob {
  std::string room;
  std::string moderator;  // the name in `token`, which is a moderator's
  std::string token;
  bool runs_itself = false;  // a robot moderates; else somebody real does, and only people in the room are added
};

struct PersonJob {
  std::uint32_t number = 0;  // of make_character()
  std::string room;
  std::string token;  // empty for who is in the room
};

struct Job {
  std::string site;       // "http://127.0.0.1:8080", without a slash at its end
  std::string authority;  // PEM file that the site's certificate is checked against; empty: the system's
  std::string room_program;
  std::uint64_t seed = 1;
  double pace = 1;  // of people; more is faster
  std::vector<RoomJob> rooms;
  std::vector<PersonJob> people;
};

// One line, with its end.
std::string write_job(const Job& job);
std::optional<Job> parse_job(std::string_view line);

}  // namespace plenary::people

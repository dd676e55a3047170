#include "server/people/job.h"

#include <nlohmann/json.hpp>

namespace plenary::people {

using nlohmann::json;

std::string write_job(const Job& job) {
  json rooms = json::array();
  for (const RoomJob& room : job.rooms) {
    rooms.push_back(
        {{"room", room.room}, {"moderator", room.moderator}, {"token", room.token}, {"runs_itself", room.runs_itself}});
  }
  json people = json::array();
  for (const PersonJob& person : job.people) {
    people.push_back({{"number", person.number}, {"room", person.room}, {"token", person.token}});
  }
  const json all = {{"site", job.site}, {"authority", job.authority}, {"room_program", job.room_program},
                    {"seed", job.seed}, {"pace", job.pace},           {"rooms", rooms},
                    {"people", people}};
  return all.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<Job> parse_job(std::string_view line) {
  const json all = json::parse(line, nullptr, false);
  if (!all.is_object()) return std::nullopt;
  try {
    Job job{.site = all.at("site"),
            .authority = all.at("authority"),
            .room_program = all.at("room_program"),
            .seed = all.at("seed"),
            .pace = all.at("pace")};
    for (const json& room : all.at("rooms")) {
      job.rooms.push_back({room.at("room"), room.at("moderator"), room.at("token"), room.at("runs_itself")});
    }
    for (const json& person : all.at("people")) {
      job.people.push_back({person.at("number"), person.at("room"), person.at("token")});
    }
    return job;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace plenary::people

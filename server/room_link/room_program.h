// Where the room process's program is: plenary-room, beside this one.
#pragma once

#include <filesystem>

namespace plenary::server {

std::filesystem::path room_program();

}  // namespace plenary::server

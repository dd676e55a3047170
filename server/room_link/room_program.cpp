#include "server/room_link/room_program.h"

namespace plenary::server {

std::filesystem::path room_program() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return self.parent_path() / "plenary-room";
}

}  // namespace plenary::server

// What simulated people say, spoken by espeak-ng into sound files where it is installed. Made once for a person and a
// topic, beforehand and beside everything else; without the program, or before it is done, there is no file and the
// camera's own voice speaks.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "server/people/cast.h"

namespace plenary::people {

constexpr std::size_t kMaxVoiceProcesses = 2;  // at once; each takes a tenth of a second

class Voices {
 public:
  Voices();  // in a folder of its own under the system's for temporary files
  ~Voices();
  Voices(const Voices&) = delete;
  Voices& operator=(const Voices&) = delete;

  void prepare(const Character& character, const std::string& topic);
  // Empty: none.
  std::filesystem::path file_for(const Character& character, const std::string& topic);
  // Takes note of speakers that are done.
  void collect();

 private:
  [[nodiscard]] std::filesystem::path path_for(const Character& character, const std::string& topic) const;

  std::filesystem::path folder_;  // empty: no espeak-ng, or no folder
  std::string program_;
  std::map<pid_t, std::filesystem::path> speaking_;  // written beside, renamed when done
};

}  // namespace plenary::people

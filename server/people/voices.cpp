#include "server/people/voices.h"

#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <string_view>

extern char** environ;

namespace plenary::people {
namespace {

constexpr const char* kProgram = "espeak-ng";

std::string find_program() {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string file = std::string(rest.substr(0, colon)) + "/" + kProgram;
    if (access(file.c_str(), X_OK) == 0) return file;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return {};
}

// espeak-ng's voices; variants are women and men of different age.
std::string voice_of(const Character& character) {
  static constexpr std::array<std::string_view, 7> kVariants = {"f2", "m3", "m1", "f4", "m7", "f3", "m5"};
  const std::string language = character.language == "zh" ? "cmn" : character.language;
  return language + "+" + std::string(kVariants[character.number % kVariants.size()]);
}

}  // namespace

Voices::Voices() : program_(find_program()) {
  if (program_.empty()) return;
  std::error_code error;
  std::string pattern = (std::filesystem::temp_directory_path(error) / "plenary-voices-XXXXXX").string();
  if (mkdtemp(pattern.data()) != nullptr) folder_ = pattern;
}

Voices::~Voices() {
  for (const auto& [process, file] : speaking_) {
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
  }
  std::error_code error;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
}

std::filesystem::path Voices::path_for(const Character& character, const std::string& topic) const {
  return folder_ / (std::to_string(character.number) + "-" + std::to_string(std::hash<std::string>()(topic)) + ".wav");
}

void Voices::prepare(const Character& character, const std::string& topic) {
  collect();
  std::error_code error;
  const std::filesystem::path file = path_for(character, topic);
  if (folder_.empty() || speaking_.size() >= kMaxVoiceProcesses || std::filesystem::exists(file, error)) return;
  std::array<std::string, 10> words = {kProgram,
                                       "-v",
                                       voice_of(character),
                                       "-s",
                                       std::to_string(130 + character.number % 4 * 8),
                                       "-p",
                                       std::to_string(35 + character.number * 7 % 30),
                                       "-w",
                                       file.string() + ".part",
                                       speech(character, topic)};
  std::array<char*, 11> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  pid_t process = -1;
  if (posix_spawn(&process, program_.c_str(), nullptr, nullptr, arguments.data(), environ) == 0)
    speaking_[process] = file;
}

void Voices::collect() {
  std::erase_if(speaking_, [](const auto& one) {
    int status = 0;
    if (waitpid(one.first, &status, WNOHANG) == 0) return false;
    std::error_code error;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
      std::filesystem::rename(one.second.string() + ".part", one.second, error);
    return true;
  });
}

std::filesystem::path Voices::file_for(const Character& character, const std::string& topic) {
  collect();
  std::error_code error;
  const std::filesystem::path file = path_for(character, topic);
  return !folder_.empty() && std::filesystem::exists(file, error) ? file : std::filesystem::path();
}

}  // namespace plenary::people

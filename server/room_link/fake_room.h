// For tests: a room process that is a few lines of Python.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace plenary::server {

class FakeRoom {
 public:
  // `answers` is the body of a function, indented by four: what it does with `command`, of which `text` are the bytes.
  // send(report) is there for it, and the modules json, os, signal and sys.
  explicit FakeRoom(std::string_view answers) {
    char folder[] = "/tmp/plenary-fake-room-XXXXXX";
    folder_ = mkdtemp(folder);
    std::ofstream(program()) << kBegin << answers << kEnd;
    std::filesystem::permissions(program(), std::filesystem::perms::owner_all);
  }
  ~FakeRoom() { std::filesystem::remove_all(folder_); }
  FakeRoom(const FakeRoom&) = delete;
  FakeRoom& operator=(const FakeRoom&) = delete;

  [[nodiscard]] std::filesystem::path program() const { return folder_ / "room"; }

  // Waits until there is something to read, however long the machine takes.
  static void wait(int descriptor) {
    pollfd waiting{descriptor, POLLIN, 0};
    ASSERT_EQ(poll(&waiting, 1, 30'000), 1);
  }

 private:
  static constexpr std::string_view kBegin = R"(#!/usr/bin/python3
import json, os, signal, socket, sys
control = socket.socket(fileno=int(sys.argv[4]))
control.setblocking(True)
def send(report):
    control.send(json.dumps(report).encode())
def answer(command, text):
)";
  static constexpr std::string_view kEnd = R"(
while True:
    text = control.recv(65536)
    if not text:
        sys.exit(0)
    answer(json.loads(text), text)
)";

  std::filesystem::path folder_;
};

}  // namespace plenary::server

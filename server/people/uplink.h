// Camera and microphone of one simulated person on their way to the server: a Camera's frames, sent by WHIP.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "server/bench/client_socket.h"
#include "server/bench/http_client.h"
#include "server/bench/speaker.h"
#include "server/people/camera.h"
#include "server/people/network.h"

namespace plenary::people {

// After a refusal or a lost connection, until the person still wants it.
constexpr Duration kUplinkRetry = std::chrono::seconds(3);

class Uplink {
 public:
  // Descriptors are in the network's epoll with `mark` as data, requests have it as id.
  Uplink(Network& network, const Character& character, const std::string& room, std::string media_token,
         const std::filesystem::path& voice, std::uint64_t mark, Instant now);
  ~Uplink();
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;

  // Something is readable, or next_timeout() has come.
  void turn(Instant now);
  void handle_response(const bench::HttpResponse& response, Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;
  // Says goodbye to the server and hands the camera over to be ended.
  std::unique_ptr<Camera> close(Instant now);

 private:
  void connect(Instant now);
  void lose(Instant now);
  void say_goodbye(Instant now);
  void flush();

  Network& network_;
  const std::string url_;
  const std::string media_token_;
  const std::uint64_t mark_;
  std::unique_ptr<Camera> camera_;
  std::optional<bench::ClientSocket> socket_;
  std::optional<bench::Speaker> speaker_;
  std::string location_;
  std::optional<Instant> retry_at_;
};

}  // namespace plenary::people

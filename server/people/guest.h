// A simulated person far away: a Person's acts carried out by a page and an uplink of their own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "server/people/cast.h"
#include "server/people/network.h"
#include "server/people/page.h"
#include "server/people/person.h"
#include "server/people/uplink.h"
#include "server/people/voices.h"

namespace plenary::people {

// So that the request of somebody real is soon at the front.
constexpr std::size_t kMostWaiting = 4;  // in a room's list; nobody simulated asks while as many wait
// Of a process: on two cores a seventh picture would take the rooms' time.
constexpr std::size_t kMaxCameras = 6;

class Guest {
 public:
  Guest(Network& network, Voices& voices, Character character, const PersonJob& job, std::uint64_t seed, Instant first);

  void handle_event(const server::WebSocketEvent& event, Instant now);
  void handle_response(const bench::HttpResponse& response, Instant now);
  // Looks around and does what is due. `may_film`: a camera is free. `mark`: of a new uplink, if one is made.
  void turn(bool may_film, std::uint64_t mark, Instant now);
  [[nodiscard]] std::optional<Instant> next_timeout() const;

  [[nodiscard]] std::optional<server::ConnectionId> connection() const { return connection_; }
  [[nodiscard]] std::uint64_t mark() const { return mark_; }  // of the uplink, 0: none
  // A camera that is not needed any more, for its end to be waited for.
  std::unique_ptr<Camera> take_used_camera() { return std::move(used_); }
  void leave(Instant now);

 private:
  void carry_out(const act::Join&, Instant now);
  void carry_out(const act::Leave&, Instant now);
  void carry_out(const act::Ask& ask, Instant now);
  void carry_out(const act::Withdraw& withdraw, Instant now);
  void carry_out(const act::OpenCamera&, Instant now);
  void carry_out(const act::CloseCamera&, Instant now);
  void carry_out(const act::SayReady& ready, Instant now);
  void carry_out(const act::Release& release, Instant now);
  void film(bool may_film, std::uint64_t mark, Instant now);
  void end_uplink(Instant now);

  Network& network_;
  Voices& voices_;
  const Character character_;
  const std::string room_;
  Person person_;
  Page page_;
  std::optional<server::ConnectionId> connection_;
  std::uint64_t asked_ = 0;  // requests so far
  std::string topic_;
  std::unique_ptr<Uplink> uplink_;
  std::uint64_t mark_ = 0;
  std::unique_ptr<Camera> used_;
};

}  // namespace plenary::people

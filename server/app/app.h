// The server: one control thread that carries HTTP and WebSocket requests to rooms, shard events to their owners, and
// journal completions back. Everything else is in the parts that it owns.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/app/links_api.h"
#include "server/app/media_sessions.h"
#include "server/app/memory_watch.h"
#include "server/app/room.h"
#include "server/config/config.h"
#include "server/http/http_server.h"
#include "server/metrics/metrics.h"

namespace plenary::server {

class App final : public HttpHandler {
 public:
  // `config` outlives the app. Errors say what could not be opened.
  static Result<std::unique_ptr<App>> open(const Config& config);
  ~App() override;

  // Until `stop_descriptor` (a signalfd) becomes readable and what was accepted is saved and answered; pages are then
  // told to come back (WebSocket 1001). Ends with 0.
  int run(int stop_descriptor);
  [[nodiscard]] std::uint16_t http_port() const { return http_->port(); }
  [[nodiscard]] const TokenSigner& signer() const { return *signer_; }

  HttpResponse handle(const HttpRequest& request) override;
  std::optional<HttpResponse> refuse_web_socket(const HttpRequest& request) override;
  void on_open(ConnectionId connection, const HttpRequest& request) override;
  void on_message(ConnectionId connection, std::string_view text) override;
  void on_close(ConnectionId connection) override;
  void on_caught_up(ConnectionId connection) override;

 private:
  explicit App(const Config& config) : config_(config) {}
  Status open_parts();
  Status open_rooms();
  HttpResponse route(const HttpRequest& request, Now now);
  HttpResponse route_session(const HttpRequest& request, std::string_view id, Now now);
  HttpResponse route_links(const HttpRequest& request, const Room& room, std::string_view path, Now now);
  HttpResponse list_rooms(const HttpRequest& request, Now now) const;
  HttpResponse route_metrics(const HttpRequest& request);
  HttpResponse metrics_text();
  Room* room(std::string_view id);
  Room* room_of(ConnectionId connection);
  void take_shard_events();
  void take(const io::ShardEvent& event, Now now);
  void take_completions();
  void take_link(const Completion& completion, Now now);
  void take_timeouts();
  void look_at_memory(Now now);
  [[nodiscard]] static HttpResponse no_memory();
  void settle();  // after each turn: outputs of all desks, media in line with meetings, watches, next timer
  void deliver(Room& room, const signaling::Output& output);
  void watch_processes();

  // drain.cpp: from SIGTERM to the end of run().
  void begin_drain();
  void go_on_draining(Now now);
  [[nodiscard]] static HttpResponse restarting();

  const Config& config_;
  std::unique_ptr<TokenSigner> signer_;
  std::unique_ptr<TurnServers> turn_;
  std::unique_ptr<RandomSource> random_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<LinksApi> links_;
  std::unique_ptr<MediaPlane> plane_;
  std::unique_ptr<MediaSessions> sessions_;
  std::vector<std::unique_ptr<Room>> rooms_;
  std::unique_ptr<HttpServer> http_;
  std::map<Room*, int> watched_;  // the room process's descriptor that is watched now
  std::map<ConnectionId, Room*> pages_;
  MemoryWatch memory_;
  Instant memory_due_{};
  std::uint64_t pages_without_memory_ = 0;  // refused for want of it
  std::size_t max_unjoined_ = 0;            // pages of all rooms
  std::uint64_t pages_refused_ = 0;         // because of it
  std::uint64_t hand_outs_held_ = 0;        // turns of the loop that left changes with the desks, which had not all gone out
  std::uint64_t hand_outs_cut_ = 0;         // turns of the loop that left some of what the desks say to the next
  Metrics metrics_;
  std::string metrics_token_;  // empty: only this machine sees them
  bool ready_ = false;
  std::uint64_t unsaved_ = 0;  // batches of events on their way to the disk
  enum class Drain { none, saving, closing } drain_ = Drain::none;
  Instant drain_until_{};  // of the step that it is in
};

}  // namespace plenary::server

// What HttpServer keeps; shared by the files that implement it: http_server.cpp (library and loop), http_exchanges.cpp
// (requests and answers), http_web_sockets.cpp.
#pragma once

#include <ev.h>
#include <libwebsockets.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/http/certificate_files.h"
#include "server/http/exchange.h"
#include "server/http/http_server.h"
#include "server/http/pages.h"
#include "server/http/web_socket.h"

namespace plenary::server {

constexpr const char* kSubprotocol = "plenary.v1";
constexpr unsigned kWebSocketReadBytes = 2 * 1024;            // kept for each socket; a longer message comes in pieces
constexpr std::uint64_t kMaxSwallowedBody = 2 * 1024 * 1024;  // bytes read and dropped so that a 413 arrives; on
                                                              // HTTP/2 it arrives without

// For so long connections write in one turn of the loop when all get the same; what has come meanwhile goes first then.
constexpr Duration kTurnTime = std::chrono::milliseconds(4);
constexpr std::size_t kTurnsBetweenLooks = 16;  // at the clock

constexpr Duration kSweepEvery = std::chrono::seconds(1);  // over exchanges and sockets, for their deadlines
// A sweep that comes so much later: the process was stopped, or the machine stood still with it.
constexpr Duration kPauseNoticed = std::chrono::seconds(1);

// A callback of ours gives the library 0 to go on, -1 to close the connection.
constexpr int kGoOn = 0;
constexpr int kClose = -1;

struct LoopTimer {
  ev_timer watcher{};
  std::function<void()> due;
};

struct LoopEnd {
  void operator()(struct ev_loop* loop) const { ::ev_loop_destroy(loop); }
};
using LoopPointer = std::unique_ptr<struct ev_loop, LoopEnd>;

struct HttpServer::State {
  State(HttpServerConfig config_in, HttpHandler& handler_in)
      : config(std::move(config_in)), handler(handler_in), pages(config.pages), scratch(Exchange::kScratchBytes) {}

  struct Watch {
    lws* wsi;
    std::shared_ptr<std::function<void()>> ready;
  };
  struct Counts {
    std::uint64_t requests = 0, answers_2xx = 0, answers_3xx = 0, answers_4xx = 0, answers_5xx = 0;
    std::uint64_t refused = 0, pipelined = 0, body_too_long = 0, timed_out = 0, faults = 0;
    std::uint64_t without_memory = 0;  // an allocation failed in a handler: 503, or 1013
    std::uint64_t web_sockets_opened = 0, web_sockets_closed = 0, web_sockets_refused = 0;
    std::uint64_t messages_in = 0, messages_out = 0, message_too_long = 0, slow_clients_closed = 0,
                  silent_clients_closed = 0, changes_left_out = 0;
    std::uint64_t pauses = 0;
    std::uint64_t certificate_reloads = 0, certificate_reload_failures = 0;
  };

  // http_server.cpp
  static int on_event(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t length);
  int dispatch(lws* wsi, lws_callback_reasons reason, void* user, std::string_view in);
  Status start();
  int ready_descriptor(lws* wsi, bool closed);
  void forget(lws* wsi);
  void schedule(LoopTimer& timer, Duration delay, std::function<void()> due);
  void look_at_certificate();
  Status reload_certificate();

  // http_exchanges.cpp
  int begin_exchange(lws* wsi);
  int take_body(lws* wsi, std::string_view piece);
  int finish_body(lws* wsi);
  void answer(Exchange& exchange);
  int write_exchange(lws* wsi);
  int write_at_once(lws* wsi, Exchange exchange);
  void end_answer(const Exchange& exchange);
  void sweep();

  // http_web_sockets.cpp
  int confirm_upgrade(lws* wsi, std::string_view upgrade);
  std::optional<HttpResponse> refuse_web_socket(const HttpRequest& request);
  int filter_web_socket(lws* wsi);
  int open_web_socket(lws* wsi);
  int receive_web_socket(lws* wsi, std::string_view piece);
  int write_web_socket(lws* wsi);
  void write_now(WebSocket& socket);
  void close_web_socket(lws* wsi);
  void hear_pong(lws* wsi);
  void look_at_web_sockets(Instant now);
  void give_turns();

  HttpServerConfig config;
  HttpHandler& handler;
  Pages pages;
  std::optional<CertificateFiles> certificate;
  std::vector<unsigned char> scratch;
  LoopPointer loop{::ev_loop_new(EVFLAG_AUTO)};
  lws_context* context = nullptr;
  lws_vhost* vhost = nullptr;
  ssl_ctx_st* tls = nullptr;
  std::array<lws_protocols, 3> protocols{};
  lws_retry_bo_t no_keepalive{};
  std::unordered_map<lws*, Exchange> exchanges;
  std::unordered_map<lws*, HttpRequest> upgrades;  // between the check and the open socket
  std::unordered_map<lws*, WebSocket> web_sockets;
  std::unordered_map<std::uint64_t, WebSocket*> connections;  // open ones
  std::unordered_map<int, Watch> watches;
  std::unordered_map<lws*, int> watched;
  std::deque<std::uint64_t> waiting_for_turn;  // connections that have something to write
  LoopTimer timer, sweeper, certificate_look, turns;
  Instant looked_at{};  // at web_sockets
  Counts counts;
  std::uint64_t next_connection = 1;
  std::atomic<bool> wake_pending = false;
  bool stopping = false;
  bool ending = false;  // the handler may be half gone
};

Instant read_clock();
// Closes it from the loop, not from under the caller's feet.
void kill_soon(lws* wsi);

}  // namespace plenary::server

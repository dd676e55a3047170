#include <libwebsockets.h>

#include "media/base/log.h"
#include "server/http/http_server_state.h"
#include "server/http/request_check.h"

namespace plenary::server {
namespace {

constexpr std::uint16_t kTooLong = 1009, kNotText = 1003;  // RFC 6455 §7.4.1
constexpr std::uint16_t kTryAgainLater = 1013;             // registered with IANA after it

int close_with(lws* wsi, std::uint16_t code) {
  lws_close_reason(wsi, static_cast<lws_close_status>(code), nullptr, 0);
  return kClose;
}

}  // namespace

std::optional<HttpResponse> HttpServer::State::refuse_web_socket(const HttpRequest& request) {
  if (!request.path.starts_with("/ws/")) {
    return HttpResponse::problem(404, "not_found", "WebSockets are opened at /ws/ROOM.");
  }
  if (!is_same_origin(request.header("origin"), request.header("host"))) {
    return HttpResponse::problem(403, "other_origin", "This socket is opened by the server's own pages only.");
  }
  if (!lists_word(request.header("sec-websocket-protocol"), kSubprotocol)) {
    return HttpResponse::problem(400, "no_subprotocol", "Ask for the subprotocol plenary.v1.");
  }
  return handler.refuse_web_socket(request);
}

// HTTP/1 only. The library's rule here: 0 goes on with the upgrade, 1 says that an answer was written.
int HttpServer::State::confirm_upgrade(lws* wsi, std::string_view upgrade) {
  constexpr int kAnswered = 1;
  ++counts.requests;
  ReceivedRequest received = receive_request(wsi);
  const bool web_socket = upgrade == "websocket";
  std::optional<HttpResponse> refusal = received.refusal;
  if (!refusal && received.content_length > 0) {
    refusal = HttpResponse::problem(400, "bad_framing", "A request that upgrades has no body.");
  }
  if (!refusal && web_socket && received.request.header("sec-websocket-version") != "13") {  // RFC 6455 §4.4
    refusal = HttpResponse::problem(426, "bad_version", "This server speaks WebSocket version 13.");
    refusal->headers.emplace_back("sec-websocket-version", "13");
  }
  if (!refusal && web_socket) refusal = refuse_web_socket(received.request);
  if (!refusal && web_socket) {
    upgrades.insert_or_assign(wsi, std::move(received.request));
    return kGoOn;
  }
  if (refusal && web_socket) ++counts.web_sockets_refused;
  Exchange exchange(std::move(received));
  if (refusal) {
    exchange.answer(std::move(*refusal), true);
  } else {
    answer(exchange);  // h2c and the like: nobody has to take an offer to upgrade (RFC 9110 §7.8)
  }
  const bool closes = exchange.closes();
  if (write_at_once(wsi, std::move(exchange)) == kClose) return kClose;
  return closes ? kClose : kAnswered;
}

int HttpServer::State::filter_web_socket(lws* wsi) {
  if (std::string_view(lws_get_protocol(wsi)->name) != kSubprotocol) return kClose;
  if (lws_get_network_wsi(wsi) == wsi) return upgrades.contains(wsi) ? kGoOn : kClose;
  // RFC 8441: on HTTP/2 this is the only look at the request.
  ++counts.requests;
  ReceivedRequest received = receive_request(wsi);
  if (received.refusal || refuse_web_socket(received.request)) {
    ++counts.web_sockets_refused;
    return kClose;
  }
  upgrades.insert_or_assign(wsi, std::move(received.request));
  return kGoOn;
}

int HttpServer::State::open_web_socket(lws* wsi) {
  auto request = upgrades.extract(wsi);
  if (request.empty()) return kClose;
  const ConnectionId id{next_connection++};
  WebSocket& socket = web_sockets.insert_or_assign(wsi, WebSocket(id, wsi, read_clock())).first->second;
  connections.emplace(static_cast<std::uint64_t>(id), &socket);
  ++counts.web_sockets_opened;
  try {
    handler.on_open(id, request.mapped());
  } catch (const std::bad_alloc&) {
    ++counts.without_memory;
    return close_with(wsi, kTryAgainLater);
  }
  return kGoOn;
}

int HttpServer::State::receive_web_socket(lws* wsi, std::string_view piece) {
  const auto found = web_sockets.find(wsi);
  if (found == web_sockets.end()) return kClose;
  found->second.heard(read_clock());
  if (found->second.closing()) return kGoOn;
  const bool last = lws_is_final_fragment(wsi) != 0 && lws_remaining_packet_payload(wsi) == 0;
  std::string_view message;
  switch (found->second.receive(piece, lws_frame_is_binary(wsi) != 0, last, message)) {
    case WebSocket::Arrival::partial:
      return kGoOn;
    case WebSocket::Arrival::binary:
      return close_with(wsi, kNotText);
    case WebSocket::Arrival::too_long:
      ++counts.message_too_long;
      return close_with(wsi, kTooLong);
    case WebSocket::Arrival::whole:
      break;
  }
  ++counts.messages_in;
  try {
    handler.on_message(found->second.id(), message);
  } catch (const std::bad_alloc&) {
    ++counts.without_memory;
    return close_with(wsi, kTryAgainLater);
  }
  return kGoOn;
}

int HttpServer::State::write_web_socket(lws* wsi) {
  const auto found = web_sockets.find(wsi);
  if (found == web_sockets.end()) return kClose;
  switch (found->second.write(scratch)) {
    case WebSocket::Progress::idle:
      if (found->second.caught_up()) handler.on_caught_up(found->second.id());
      return kGoOn;
    case WebSocket::Progress::more:
      lws_callback_on_writable(wsi);
      return kGoOn;
    case WebSocket::Progress::close:
      break;
  }
  return kClose;
}

// Without the library's way of asking for a turn, which is a look at all descriptors and a call for each that may
// write.
void HttpServer::State::write_now(WebSocket& socket) {
  if (!socket.may_write_now()) {
    lws_callback_on_writable(socket.wsi());
    return;
  }
  switch (socket.write(scratch)) {
    case WebSocket::Progress::idle:
      break;
    case WebSocket::Progress::more:
      lws_callback_on_writable(socket.wsi());
      break;
    case WebSocket::Progress::close:  // the client has gone
      socket.drop();
      kill_soon(socket.wsi());
      break;
  }
}

void HttpServer::State::hear_pong(lws* wsi) {
  const auto found = web_sockets.find(wsi);
  if (found != web_sockets.end()) found->second.heard(read_clock());
}

// The library could ping by itself, but keeps its timers in a sorted list: with 10,000 connections, half a core went
// into finding the place of the next one.
void HttpServer::State::look_at_web_sockets(Instant now) {
  const Duration paused = looked_at == Instant{} ? Duration{} : now - looked_at - kSweepEvery;
  looked_at = now;
  if (paused >= kPauseNoticed) ++counts.pauses;
  for (auto& [wsi, socket] : web_sockets) {
    if (paused >= kPauseNoticed) socket.handle_pause(paused, now);
    switch (socket.look(now, config.ping_after, config.drop_after)) {
      case WebSocket::Life::well:
        break;
      case WebSocket::Life::ping:
        lws_callback_on_writable(wsi);
        break;
      case WebSocket::Life::dead:
        ++counts.silent_clients_closed;
        socket.drop();
        kill_soon(wsi);
        break;
    }
  }
}

void HttpServer::State::close_web_socket(lws* wsi) {
  upgrades.erase(wsi);
  const auto found = web_sockets.find(wsi);
  if (found == web_sockets.end()) return;
  const ConnectionId id = found->second.id();
  connections.erase(static_cast<std::uint64_t>(id));
  web_sockets.erase(found);
  ++counts.web_sockets_closed;
  if (!ending) handler.on_close(id);
}

// Those whose turn it is may write; the others wait for the next turn of the loop.
void HttpServer::State::give_turns() {
  const Instant end = read_clock() + kTurnTime;
  for (std::size_t given = 1; !waiting_for_turn.empty(); ++given) {
    const auto found = connections.find(waiting_for_turn.front());
    waiting_for_turn.pop_front();
    if (found != connections.end()) write_now(*found->second);
    if (given % kTurnsBetweenLooks == 0 && read_clock() >= end) break;
  }
  if (!waiting_for_turn.empty()) schedule(turns, Duration::zero(), [this] { give_turns(); });
}

bool HttpServer::send(ConnectionId connection, std::shared_ptr<const std::string> text, When when) {
  const auto found = state_->connections.find(static_cast<std::uint64_t>(connection));
  if (found == state_->connections.end() || found->second->closing()) return false;
  if (found->second->queue(std::move(text))) {
    ++state_->counts.messages_out;
    if (when == When::at_once) {
      state_->write_now(*found->second);
    } else {
      if (state_->waiting_for_turn.empty())
        state_->schedule(state_->turns, Duration::zero(), [this] { state_->give_turns(); });
      state_->waiting_for_turn.push_back(found->first);
    }
    return true;
  }
  // A close frame would only join the queue that nobody reads.
  ++state_->counts.slow_clients_closed;
  log(LogLevel::info, "http.slow_client", {{"connection", std::to_string(static_cast<std::uint64_t>(connection))}});
  found->second->drop();
  kill_soon(found->second->wsi());
  return false;
}

bool HttpServer::keeps_up(ConnectionId connection, std::size_t bytes) {
  const auto found = state_->connections.find(static_cast<std::uint64_t>(connection));
  if (found == state_->connections.end() || found->second->keeps_up(bytes)) return true;
  ++state_->counts.changes_left_out;
  return false;
}

std::size_t HttpServer::waiting_for_turn() const { return state_->waiting_for_turn.size(); }

void HttpServer::close(ConnectionId connection, std::uint16_t code, std::string_view reason) {
  const auto found = state_->connections.find(static_cast<std::uint64_t>(connection));
  if (found != state_->connections.end()) found->second->close_after_queue(code, reason);
}

}  // namespace plenary::server

// The other end of a page's WebSocket, for simulated people: many connections, one thread, which is also their loop.
// What happens comes out by poll_event(); nothing calls back but watched descriptors.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "media/base/result.h"
#include "media/base/time.h"
#include "server/http/http_server.h"

namespace plenary::server {

constexpr std::size_t kMaxServerMessage = 4 * 1024 * 1024;  // bytes; a state with 500 waiting is about 300 KB
constexpr std::size_t kMaxClientQueue = 256;  // messages not sent yet; a server that takes none is given up

struct WebSocketEvent {
  enum class Kind : std::uint8_t { opened, message, closed };
  ConnectionId connection{};
  Kind kind = Kind::closed;
  std::string text;  // of a message; of `closed` why, where it is known
};

class WebSocketClient {
 public:
  // `authority`: a PEM file; servers must show just this certificate, under whatever name. Empty: the system's
  // authorities and the URL's name.
  static Result<std::unique_ptr<WebSocketClient>> create(const std::string& authority);
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  // "ws://…" or "wss://…"; `opened` or `closed` follows, also when the URL cannot be used.
  ConnectionId connect(const std::string& url);
  void send(ConnectionId connection, std::string text);
  // `closed` follows.
  void close(ConnectionId connection);
  std::optional<WebSocketEvent> poll_event();

  // Calls `ready` within serve() while `descriptor` is readable. For the life of the client.
  void watch(int descriptor, std::function<void()> ready);
  // Waits for something to happen, at most as long as said, and does what it asks for.
  void serve(Duration at_most);

 private:
  struct State;
  explicit WebSocketClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace plenary::server

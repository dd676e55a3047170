// One WebSocket on a libwebsockets connection: a bounded queue out, whole messages in. Control thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/http_server.h"

struct lws;

namespace plenary::server {

class WebSocket {
 public:
  WebSocket(ConnectionId id, lws* wsi, Instant now) : id_(id), wsi_(wsi), heard_at_(now) {}

  [[nodiscard]] ConnectionId id() const { return id_; }
  [[nodiscard]] lws* wsi() const { return wsi_; }
  [[nodiscard]] bool closing() const { return close_code_ != 0; }

  // False: more would wait than kMaxOutQueue; the queue is as before. It goes out when the connection's turn comes.
  bool queue(std::shared_ptr<const std::string> text);
  // False: with so many bytes, more would wait than kMaxBehind; caught_up() is true once, when nothing waits any more.
  bool keeps_up(std::size_t bytes);
  bool caught_up();
  // After what is queued has gone out.
  void close_after_queue(std::uint16_t code, std::string_view reason);

  // The connection is being cut: nothing more goes in or out.
  void drop();

  // A message or a pong came.
  void heard(Instant now);
  enum class Life { well, ping, dead };
  // The server stood still for so long and heard nobody.
  void handle_pause(Duration paused, Instant now);
  // `ping`: call write() next, which sends one.
  Life look(Instant now, Duration ping_after, Duration drop_after);

  enum class Progress { idle, more, close };
  // Call when the connection is writable, which it is only when the library has nothing left to send, or when
  // may_write_now(). Several messages go out in one turn. `scratch` grows to the longest.
  Progress write(std::vector<unsigned char>& scratch);
  // Nothing stands in the way of what was queued: no need to ask the kernel first.
  [[nodiscard]] bool may_write_now() const;

  enum class Arrival { partial, whole, too_long, binary };
  // `message` is what the pieces so far make; valid until the next call.
  Arrival receive(std::string_view piece, bool binary, bool last, std::string_view& message);

 private:
  void forget_sent();
  bool write_piece(std::vector<unsigned char>& scratch);
  Progress write_queue(std::vector<unsigned char>& scratch);

  ConnectionId id_;
  lws* wsi_;
  Instant heard_at_;
  enum class Ping { none, due, sent } ping_ = Ping::none;
  std::deque<std::shared_ptr<const std::string>> out_;
  std::size_t waiting_ = 0;  // bytes in out_ and in the library's own buffer
  std::size_t in_library_ = 0;
  bool behind_ = false;
  bool blocked_ = false;           // the last write() left something
  std::size_t sent_of_first_ = 0;  // bytes of out_.front() that went out in pieces
  std::string in_;
  bool in_done_ = false;
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
};

}  // namespace plenary::server

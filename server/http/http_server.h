// HTTP and WebSocket by libwebsockets; the only file pair that knows it. It is also the control thread's loop: other
// descriptors and timers are watched through it. Everything here runs on, and may only be called from, the thread that
// calls run(), except wake().
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/base/address.h"
#include "media/base/result.h"
#include "media/base/time.h"

namespace plenary::server {

struct HttpRequest {
  std::string method;
  std::string path;  // decoded once, without the query; never contains NUL or ".." segments
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  Address remote;
  bool secure = false;

  [[nodiscard]] std::string_view header(const std::string& lower_case_name) const;
  [[nodiscard]] std::optional<std::string_view> bearer() const;  // of "Authorization: Bearer …"
  // From this machine, and not on behalf of somebody else (a reverse proxy says so).
  [[nodiscard]] bool is_local() const;
  // Whom it comes from, as far as addresses tell people apart: an IPv4 address or the first half of an IPv6 one. A
  // reverse proxy on this machine is believed whom it names last in X-Forwarded-For.
  [[nodiscard]] std::string network() const;
};

enum class AnswerId : std::uint64_t {};  // the handler's own numbers, from 1

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Not empty: this file under `pages` is the body ("moderator.html"), with its type and caching headers; 404 when it
  // is not there. Status, content_type and body above are not used then, headers are added.
  std::filesystem::path file;
  // Set: the answer waits for something and comes by HttpServer::answer(); nothing above is used.
  AnswerId waits_for{};

  static HttpResponse later(AnswerId answer);
  static HttpResponse page(std::filesystem::path file);
  static HttpResponse json(int status, std::string body);
  // application/problem+json (RFC 9457); `code` is a stable word
  static HttpResponse problem(int status, std::string_view code, std::string_view detail);
};

enum class ConnectionId : std::uint64_t {};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // A path that no static file serves. HEAD comes as GET; its body is not sent.
  virtual HttpResponse handle(const HttpRequest& request) = 0;

  // Nothing: it is opened; else the answer. The path is /ws/…, the origin has been checked already.
  virtual std::optional<HttpResponse> refuse_web_socket(const HttpRequest& request) = 0;
  virtual void on_open(ConnectionId connection, const HttpRequest& request) = 0;
  virtual void on_message(ConnectionId connection, std::string_view text) = 0;
  virtual void on_close(ConnectionId connection) = 0;
  // After keeps_up() was false: everything has gone out.
  virtual void on_caught_up(ConnectionId) {}

  // After wake(); several calls of it may come as one.
  virtual void on_wake() {}
};

// For a TLS handshake, for headers, for a body: who sends a byte now and then holds no connection for longer.
constexpr Duration kRequestTimeout = std::chrono::seconds(15);

// Without a message or a pong from a WebSocket; looked at once a second.
constexpr Duration kPingAfter = std::chrono::seconds(10);
constexpr Duration kDropAfter = std::chrono::seconds(25);

struct HttpServerConfig {
  Address bind;
  std::filesystem::path pages;  // built web client; empty: none
  std::string tls_certificate;  // PEM files; both or none; watched and renewed without a restart
  std::string tls_key;
  Duration request_timeout = kRequestTimeout;  // whole seconds, at least three
  Duration ping_after = kPingAfter;
  Duration drop_after = kDropAfter;
};

constexpr std::size_t kMaxRequestBody = 64 * 1024;       // bytes; the longest is an SDP offer
constexpr std::size_t kMaxWebSocketMessage = 64 * 1024;  // bytes; longer closes with 1009
constexpr std::size_t kMaxOutQueue = 1024 * 1024;        // bytes waiting for one client; who reads slower is closed
// Bytes waiting for one client beyond which it is better told once where things stand than of each change. For who has
// read everything the next text may be longer.
constexpr std::size_t kMaxBehind = 256 * 1024;

class HttpServer {
 public:
  // `handler` outlives the server; it is not called any more once the server's destruction has begun.
  static Result<std::unique_ptr<HttpServer>> create(HttpServerConfig config, HttpHandler& handler);
  ~HttpServer();

  // What a handler promised; without effect when the client has gone, or was answered that it took too long.
  void answer(AnswerId answer, HttpResponse response);

  // Shared text: a change of state is encoded once for all. `in_turn`: one of thousands that get the same; not
  // all of those in one turn of the loop, so that others' requests are answered in between. A connection's texts keep
  // their order. False: the connection is gone or was just closed for its queue.
  enum class When { at_once, in_turn };
  bool send(ConnectionId connection, std::shared_ptr<const std::string> text, When when = When::at_once);
  // False: more than kMaxBehind would wait with so many bytes. What may be left out should be; on_caught_up() follows.
  bool keeps_up(ConnectionId connection, std::size_t bytes);
  // Texts sent `in_turn` that have not had theirs.
  [[nodiscard]] std::size_t waiting_for_turn() const;
  void close(ConnectionId connection, std::uint16_t code, std::string_view reason);

  // Calls `ready` on this thread while `descriptor` is readable, until unwatched.
  void watch(int descriptor, std::function<void()> ready);
  void unwatch(int descriptor);
  // Called once each time the moment has passed; a new call moves it.
  void set_timer(std::optional<Instant> when, std::function<void()> due);

  // Takes the certificate files again now; they are also looked at every 10 s. On failure the old one stays.
  Status reload_certificate();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters() const;
  void run();   // until stop()
  void stop();  // this thread, or a signal handler's watch
  void wake();  // any thread: on_wake() follows

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace plenary::server

// For the tests of this folder: a server in a thread of its own and clients as plain sockets.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/http/http_server.h"

namespace plenary::server {

class TestServer final : public HttpHandler {
 public:
  explicit TestServer(HttpServerConfig config);
  ~TestServer() override;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Runs `act` on the server's thread and waits for it.
  void on_loop(std::function<void(HttpServer&)> act);
  [[nodiscard]] std::uint64_t counter(std::string_view name);

  // On the server's thread; set before requests come.
  std::function<HttpResponse(const HttpRequest&)> answer = [](const HttpRequest&) {
    return HttpResponse::problem(404, "not_found", "Nothing is here.");
  };
  std::function<void(ConnectionId, std::string_view)> message = [](ConnectionId, std::string_view) {};
  std::function<void(ConnectionId)> opened = [](ConnectionId) {};
  std::function<void(ConnectionId)> closed = [](ConnectionId) {};
  std::function<void(ConnectionId)> caught_up = [](ConnectionId) {};
  bool accepts_web_sockets = true;

 private:
  HttpResponse handle(const HttpRequest& request) override { return answer(request); }
  std::optional<HttpResponse> refuse_web_socket(const HttpRequest&) override {
    if (accepts_web_sockets) return std::nullopt;
    return HttpResponse::problem(403, "refused", "This room takes no such socket.");
  }
  void on_open(ConnectionId connection, const HttpRequest&) override { opened(connection); }
  void on_message(ConnectionId connection, std::string_view text) override { message(connection, text); }
  void on_close(ConnectionId connection) override { closed(connection); }
  void on_caught_up(ConnectionId connection) override { caught_up(connection); }
  void on_wake() override;

  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::function<void()>> acts_;
  std::thread thread_;
};

// A blocking client; every wait ends after ten seconds at the latest, which fails the test.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  [[nodiscard]] int descriptor() const { return socket_; }
  bool send(std::string_view bytes);
  // Until the text holds `mark`, or the server closes.
  std::string read_until(std::string_view mark);
  // One whole response by its Content-Length; empty when the server closed without one.
  std::string read_response();
  // What comes until the server closes.
  std::string read_to_end();

  // A request that upgrades; the answer's head.
  std::string open_web_socket(std::string_view path = "/ws/room-a", std::string_view more_headers = "");
  void send_frame(std::uint8_t first_byte, std::string_view payload);
  struct Frame {
    int opcode = -1;  // -1: closed
    std::string payload;
  };
  Frame read_frame();

 private:
  bool fill();  // false: closed, or nothing came in time
  int socket_ = -1;
  std::string in_;
};

int status_of(std::string_view response);
std::string_view body_of(std::string_view response);

}  // namespace plenary::server

#include "server/http/http_test_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <future>

namespace plenary::server {
namespace {

constexpr int kPatienceMs = 10'000;

}  // namespace

TestServer::TestServer(HttpServerConfig config) {
  if (config.bind == Address{}) config.bind = Address::v4(127, 0, 0, 1, 0);
  auto created = HttpServer::create(std::move(config), *this);
  if (!created) throw std::runtime_error(created.error().message);
  server_ = std::move(created).value();
  port_ = server_->port();
  thread_ = std::thread([this] { server_->run(); });
}

TestServer::~TestServer() {
  on_loop([](HttpServer& server) { server.stop(); });
  thread_.join();
}

void TestServer::on_loop(std::function<void(HttpServer&)> act) {
  std::promise<void> done;
  {
    const std::lock_guard lock(mutex_);
    acts_.emplace_back([&] {
      act(*server_);
      done.set_value();
    });
  }
  server_->wake();
  done.get_future().wait();
}

void TestServer::on_wake() {
  std::vector<std::function<void()>> acts;
  {
    const std::lock_guard lock(mutex_);
    acts.swap(acts_);
  }
  for (const auto& act : acts) act();
}

std::uint64_t TestServer::counter(std::string_view name) {
  std::uint64_t value = 0;
  on_loop([&](HttpServer& server) {
    for (const auto& [known, count] : server.counters()) {
      if (known == name) value = count;
    }
  });
  return value;
}

TestClient::TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}

TestClient::~TestClient() { ::close(socket_); }

bool TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool TestClient::fill() {
  pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, kPatienceMs) <= 0) {
    ADD_FAILURE() << "the server neither sent nor closed";
    return false;
  }
  char buffer[16 * 1024];
  const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  in_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::string TestClient::read_until(std::string_view mark) {
  std::size_t at = in_.find(mark);
  while (at == std::string::npos && fill()) at = in_.find(mark);
  if (at == std::string::npos) return {};
  std::string out = in_.substr(0, at + mark.size());
  in_.erase(0, out.size());
  return out;
}

std::string TestClient::read_response() {
  std::string response = read_until("\r\n\r\n");
  constexpr std::string_view kLength = "content-length: ";
  const std::size_t at = response.find(kLength);
  if (at == std::string::npos) return response;
  std::size_t length = 0;
  std::from_chars(response.data() + at + kLength.size(), response.data() + response.size(), length);
  while (in_.size() < length && fill()) {
  }
  response += in_.substr(0, length);
  in_.erase(0, length);
  return response;
}

std::string TestClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(in_, {});
}

std::string TestClient::open_web_socket(std::string_view path, std::string_view more_headers) {
  send("GET " + std::string(path) +
       " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: plenary.v1\r\n" +
       std::string(more_headers) + "\r\n");
  return read_until("\r\n\r\n");
}

void TestClient::send_frame(std::uint8_t first_byte, std::string_view payload) {
  std::string frame(1, static_cast<char>(first_byte));
  const auto put = [&](std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) frame += static_cast<char>(value >> (8 * i));
  };
  if (payload.size() < 126) {
    put(0x80 | payload.size(), 1);
  } else if (payload.size() < 65'536) {
    put(0x80 | 126, 1);
    put(payload.size(), 2);
  } else {
    put(0x80 | 127, 1);
    put(payload.size(), 8);
  }
  frame.append(4, '\0');  // a mask of zeros
  frame += payload;
  send(frame);
}

TestClient::Frame TestClient::read_frame() {
  const auto need = [&](std::size_t bytes) {
    while (in_.size() < bytes) {
      if (!fill()) return false;
    }
    return true;
  };
  if (!need(2)) return {};
  std::size_t head = 2;
  std::uint64_t length = static_cast<unsigned char>(in_[1]) & 0x7f;
  if (length >= 126) {
    const std::size_t bytes = length == 126 ? 2 : 8;
    if (!need(head + bytes)) return {};
    length = 0;
    for (std::size_t i = 0; i < bytes; ++i) length = length << 8 | static_cast<unsigned char>(in_[head + i]);
    head += bytes;
  }
  if (!need(head + length)) return {};
  Frame frame{.opcode = in_[0] & 0x0f, .payload = in_.substr(head, length)};
  in_.erase(0, head + length);
  return frame;
}

int status_of(std::string_view response) {
  int status = 0;
  if (response.size() > 12) std::from_chars(response.data() + 9, response.data() + 12, status);
  return status;
}

std::string_view body_of(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view() : response.substr(end + 4);
}

}  // namespace plenary::server

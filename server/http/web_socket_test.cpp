#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>
#include <new>

#include "server/http/http_test_server.h"
#include "server/http/web_socket.h"

namespace plenary::server::web_socket_test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::uint8_t kText = 0x81, kTextBegin = 0x01, kMore = 0x00, kBinary = 0x82;
constexpr int kCloseOpcode = 8, kPingOpcode = 9;

int close_code(const TestClient::Frame& frame) {
  if (frame.opcode != kCloseOpcode || frame.payload.size() < 2) return 0;
  return static_cast<unsigned char>(frame.payload[0]) << 8 | static_cast<unsigned char>(frame.payload[1]);
}

std::shared_ptr<const std::string> text(std::string value) {
  return std::make_shared<const std::string>(std::move(value));
}

TEST(WebSocket, carries_messages_both_ways_whole_and_in_order) {
  TestServer server({});
  std::promise<ConnectionId> opened;
  server.opened = [&](ConnectionId id) { opened.set_value(id); };
  std::promise<std::string> first, second;
  int count = 0;
  server.message = [&](ConnectionId, std::string_view message) {
    (++count == 1 ? first : second).set_value(std::string(message));
  };
  TestClient client(server.port());
  const std::string head = client.open_web_socket();
  EXPECT_EQ(status_of(head), 101);
  EXPECT_THAT(head, HasSubstr("plenary.v1"));
  EXPECT_THAT(head, HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));  // RFC 6455 §1.3
  const ConnectionId id = opened.get_future().get();

  client.send_frame(kText, "hello");
  EXPECT_EQ(first.get_future().get(), "hello");
  const std::string longest(kMaxWebSocketMessage, 'm');
  client.send_frame(kTextBegin, longest.substr(0, 10));
  client.send_frame(kMore, longest.substr(10, 30'000));
  client.send_frame(0x80, longest.substr(30'010));
  EXPECT_EQ(second.get_future().get(), longest);

  server.on_loop([&](HttpServer& http) {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(http.send(id, text(std::to_string(i))));
    EXPECT_TRUE(http.send(id, text(std::string(300'000, 's'))));
  });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.read_frame().payload, std::to_string(i));
  EXPECT_THAT(client.read_frame().payload, SizeIs(300'000));
}

TEST(WebSocket, x2_a_message_for_which_there_is_no_memory_closes_with_1013_and_others_go_on) {
  TestServer server({});
  server.message = [](ConnectionId, std::string_view text) {
    if (text == "much") throw std::bad_alloc();
  };
  TestClient unlucky(server.port()), other(server.port());
  unlucky.open_web_socket();
  other.open_web_socket();
  unlucky.send_frame(kText, "much");
  EXPECT_EQ(close_code(unlucky.read_frame()), 1013);
  other.send_frame(kText, "little");
  other.send_frame(kText, std::string(kMaxWebSocketMessage + 1, 'x'));
  EXPECT_EQ(close_code(other.read_frame()), 1009) << "it was read up to here";
  EXPECT_EQ(server.counter("without_memory"), 1U);
}

TEST(WebSocket, w3_a_message_over_64_kib_closes_with_1009) {
  TestServer server({});
  server.message = [](ConnectionId, std::string_view) { FAIL() << "it is no message"; };
  TestClient whole(server.port()), pieces(server.port()), endless(server.port());
  for (TestClient* client : {&whole, &pieces, &endless}) client->open_web_socket();
  whole.send_frame(kText, std::string(kMaxWebSocketMessage + 1, 'x'));
  EXPECT_EQ(close_code(whole.read_frame()), 1009);
  pieces.send_frame(kTextBegin, std::string(60'000, 'x'));
  pieces.send_frame(kMore, std::string(60'000, 'x'));
  EXPECT_EQ(close_code(pieces.read_frame()), 1009);
  // A frame that says it has a gigabyte.
  endless.send(std::string("\x81\xff\0\0\0\0\x40\0\0\0\0\0\0\0", 14) + std::string(70'000, 'x'));
  EXPECT_EQ(close_code(endless.read_frame()), 1009);
  EXPECT_EQ(server.counter("message_too_long"), 3U);
}

TEST(WebSocket, w4_a_client_that_does_not_read_is_cut_off_and_others_are_served) {
  TestServer server({});
  std::promise<ConnectionId> slow_opened, good_opened, slow_closed;
  server.opened = [&](ConnectionId id) { slow_opened.set_value(id); };
  TestClient slow(server.port());
  const int little = 4096;
  setsockopt(slow.descriptor(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  slow.open_web_socket();
  const ConnectionId slow_id = slow_opened.get_future().get();
  server.on_loop([&](HttpServer&) {
    server.opened = [&](ConnectionId id) { good_opened.set_value(id); };
    server.closed = [&](ConnectionId id) { slow_closed.set_value(id); };
  });
  TestClient good(server.port());
  good.open_web_socket();
  const ConnectionId good_id = good_opened.get_future().get();

  const auto change = text(std::string(50'000, 'c'));
  int sent = 0;
  constexpr int kMany = 1000;
  bool taken = true;
  while (taken && sent < kMany) {
    server.on_loop([&](HttpServer& http) { taken = http.send(slow_id, change); });
    ++sent;
  }
  EXPECT_LT(sent, kMany);
  EXPECT_EQ(slow_closed.get_future().get(), slow_id);
  EXPECT_EQ(server.counter("slow_clients_closed"), 1U);
  server.on_loop([&](HttpServer& http) {
    EXPECT_FALSE(http.send(slow_id, change));
    EXPECT_TRUE(http.send(good_id, change));
    server.closed = [](ConnectionId) {};
  });
  EXPECT_EQ(good.read_frame().payload, *change);
}

TEST(WebSocket, w4_who_reads_slowly_is_behind_until_all_has_gone_out) {
  TestServer server({});
  std::promise<ConnectionId> opened, caught_up;
  server.opened = [&](ConnectionId id) { opened.set_value(id); };
  server.caught_up = [&](ConnectionId id) { caught_up.set_value(id); };
  TestClient slow(server.port());
  const int little = 4096;
  setsockopt(slow.descriptor(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  slow.open_web_socket();
  const ConnectionId id = opened.get_future().get();
  const auto change = text(std::string(100'000, 'c'));
  bool keeps_up = true;
  int sent = 0;
  constexpr int kMany = 1000;
  while (sent < kMany) {
    server.on_loop([&](HttpServer& http) {
      keeps_up = http.keeps_up(id, change->size());
      if (keeps_up) http.send(id, change);
    });
    if (!keeps_up) break;
    ++sent;
  }
  ASSERT_LT(sent, kMany);
  EXPECT_EQ(server.counter("changes_left_out"), 1U);
  for (int i = 0; i < sent; ++i) EXPECT_THAT(slow.read_frame().payload, SizeIs(change->size()));
  EXPECT_EQ(caught_up.get_future().get(), id);
  server.on_loop([&](HttpServer& http) { EXPECT_TRUE(http.keeps_up(id, kMaxOutQueue)) << "however long"; });
  EXPECT_EQ(server.counter("slow_clients_closed"), 0U);
}

TEST(WebSocket, w8_pages_of_other_sites_and_other_protocols_are_refused) {
  TestServer server({});
  server.opened = [](ConnectionId) { FAIL() << "nobody may come in"; };
  const auto status = [&](std::string_view path, std::string_view headers) {
    TestClient client(server.port());
    return status_of(client.open_web_socket(path, headers));
  };
  EXPECT_EQ(status("/ws/room-a", "Origin: https://evil.example\r\n"), 403);
  EXPECT_EQ(status("/ws/room-a", "Origin: http://localhost.evil.example\r\n"), 403);
  EXPECT_EQ(status("/ws/room-a", "Origin: null\r\n"), 403);
  EXPECT_EQ(status("/elsewhere", ""), 404);
  TestClient plain(server.port());
  plain.send(
      "GET /ws/room-a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_EQ(status_of(plain.read_response()), 400);
  TestClient old(server.port());
  old.send(
      "GET /ws/room-a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: plenary.v1\r\n\r\n");
  EXPECT_EQ(status_of(old.read_response()), 426);
  TestClient inner(server.port());
  inner.send(
      "GET /ws/room-a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: http-only, plenary.v1\r\n\r\n");
  EXPECT_EQ(inner.read_to_end(), "");
  EXPECT_EQ(server.counter("web_sockets_refused"), 6U);
}

TEST(WebSocket, is_refused_when_the_handler_says_so) {
  TestServer server({});
  server.accepts_web_sockets = false;
  TestClient client(server.port());
  EXPECT_EQ(status_of(client.open_web_socket()), 403);
}

TEST(WebSocket, takes_the_servers_own_pages) {
  TestServer server({});
  TestClient plain(server.port());
  EXPECT_EQ(status_of(plain.open_web_socket("/ws/room-a", "Origin: http://localhost\r\n")), 101);
}

TEST(WebSocket, refuses_binary_frames_and_broken_text) {
  TestServer server({});
  TestClient binary(server.port()), broken(server.port());
  binary.open_web_socket();
  binary.send_frame(kBinary, "\x01\x02");
  EXPECT_EQ(close_code(binary.read_frame()), 1003);
  broken.open_web_socket();
  broken.send_frame(kText, "\xff\xfe");
  EXPECT_EQ(close_code(broken.read_frame()), 1007);
}

TEST(WebSocket, sends_what_waits_before_it_closes_with_code_and_reason) {
  TestServer server({});
  std::promise<ConnectionId> opened, closed;
  server.opened = [&](ConnectionId id) { opened.set_value(id); };
  server.closed = [&](ConnectionId id) { closed.set_value(id); };
  TestClient client(server.port());
  client.open_web_socket();
  const ConnectionId id = opened.get_future().get();
  server.on_loop([&](HttpServer& http) {
    http.send(id, text("last words"));
    http.close(id, 1001, "going away");
    EXPECT_FALSE(http.send(id, text("too late")));
  });
  EXPECT_EQ(client.read_frame().payload, "last words");
  const TestClient::Frame frame = client.read_frame();
  EXPECT_EQ(close_code(frame), 1001);
  EXPECT_EQ(frame.payload.substr(2), "going away");
  client.send_frame(0x88, frame.payload);
  EXPECT_EQ(closed.get_future().get(), id);
}

TEST(WebSocket, pings_once_in_a_silence_and_is_dead_when_it_lasts) {
  const auto at = [](int seconds) { return Instant(std::chrono::seconds(1'000 + seconds)); };
  WebSocket socket(ConnectionId{1}, nullptr, at(0));
  const auto look = [&](int seconds) { return socket.look(at(seconds), kPingAfter, kDropAfter); };
  EXPECT_EQ(look(9), WebSocket::Life::well);
  EXPECT_EQ(look(10), WebSocket::Life::ping);
  EXPECT_EQ(look(11), WebSocket::Life::well);
  socket.heard(at(12));
  EXPECT_EQ(look(21), WebSocket::Life::well);
  EXPECT_EQ(look(22), WebSocket::Life::ping);
  EXPECT_EQ(look(36), WebSocket::Life::well);
  EXPECT_EQ(look(37), WebSocket::Life::dead);
}

TEST(WebSocket, pings_again_after_a_pong) {
  TestServer server({.ping_after = std::chrono::milliseconds(1)});
  TestClient client(server.port());
  client.open_web_socket();
  constexpr std::uint8_t kPong = 0x8A;
  for (int i = 0; i < 2; ++i) {
    const TestClient::Frame frame = client.read_frame();
    ASSERT_EQ(frame.opcode, kPingOpcode);
    client.send_frame(kPong, frame.payload);
  }
}

TEST(WebSocket, drops_who_does_not_answer_a_ping) {
  TestServer server({.ping_after = std::chrono::milliseconds(1), .drop_after = std::chrono::milliseconds(2)});
  std::promise<void> closed;
  server.closed = [&](ConnectionId) { closed.set_value(); };
  TestClient client(server.port());
  client.open_web_socket();
  closed.get_future().get();
  EXPECT_EQ(server.counter("silent_clients_closed"), 1);
}

TEST(WebSocket, tells_when_the_client_is_gone) {
  TestServer server({});
  std::promise<ConnectionId> opened, closed;
  server.opened = [&](ConnectionId id) { opened.set_value(id); };
  server.closed = [&](ConnectionId id) { closed.set_value(id); };
  {
    TestClient client(server.port());
    client.open_web_socket();
  }
  EXPECT_EQ(closed.get_future().get(), opened.get_future().get());
}

}  // namespace
}  // namespace plenary::server::web_socket_test

#include "server/http/web_socket_client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "server/http/http_test_server.h"

namespace plenary::server::web_socket_client_test {
namespace {

using namespace std::chrono_literals;
using Kind = WebSocketEvent::Kind;

std::unique_ptr<WebSocketClient> make_client() { return std::move(WebSocketClient::create("")).value(); }

std::string url(const TestServer& server, const std::string& path = "/ws/room") {
  return "ws://127.0.0.1:" + std::to_string(server.port()) + path;
}

// However long the machine takes.
std::optional<WebSocketEvent> next_event(WebSocketClient& client) {
  for (int i = 0; i < 3'000; ++i) {
    if (auto event = client.poll_event()) return event;
    client.serve(10ms);
  }
  return std::nullopt;
}

TEST(WebSocketClient, opens_sends_and_receives_long_messages_whole) {
  TestServer server({});
  ConnectionId there{};
  server.opened = [&](ConnectionId id) { there = id; };
  std::string heard;
  server.message = [&](ConnectionId, std::string_view text) { heard += text; };
  const auto client = make_client();
  const ConnectionId id = client->connect(url(server));
  client->send(id, "one");  // waits for the opening
  const auto opened = next_event(*client);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->kind, Kind::opened);
  EXPECT_EQ(opened->connection, id);
  client->send(id, "two");
  client->send(id, std::string(60'000, 'x'));
  const std::string longest(200'000, 's');
  server.on_loop([&](HttpServer& http) { http.send(there, std::make_shared<const std::string>(longest)); });
  const auto message = next_event(*client);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->kind, Kind::message);
  EXPECT_EQ(message->text, longest);
  std::string so_far;
  for (int i = 0; i < 3'000 && so_far.size() < 60'006; ++i) {
    client->serve(10ms);
    server.on_loop([&](HttpServer&) { so_far = heard; });
  }
  EXPECT_EQ(so_far, "onetwo" + std::string(60'000, 'x'));
}

TEST(WebSocketClient, tells_of_a_refusal_of_nobody_there_and_of_an_address_that_is_none) {
  TestServer server({});
  server.accepts_web_sockets = false;
  const auto client = make_client();
  for (const std::string& address :
       {url(server), std::string("ws://127.0.0.1:1/ws/room"), std::string("mailto:nobody")}) {
    const ConnectionId id = client->connect(address);
    const auto event = next_event(*client);
    ASSERT_TRUE(event) << address;
    EXPECT_EQ(event->kind, Kind::closed) << address;
    EXPECT_EQ(event->connection, id);
    client->send(id, "too late");
    client->close(id);
  }
  client->serve(1ms);
  EXPECT_FALSE(client->poll_event()) << "each end is told once";
}

TEST(WebSocketClient, either_side_may_close) {
  TestServer server({});
  ConnectionId there{};
  server.opened = [&](ConnectionId id) { there = id; };
  const auto client = make_client();
  client->connect(url(server));
  ASSERT_EQ(next_event(*client)->kind, Kind::opened);
  server.on_loop([&](HttpServer& http) { http.close(there, 1'008, "enough"); });
  EXPECT_EQ(next_event(*client)->kind, Kind::closed);

  const ConnectionId second = client->connect(url(server));
  ASSERT_EQ(next_event(*client)->kind, Kind::opened);
  client->close(second);
  EXPECT_EQ(next_event(*client)->kind, Kind::closed);
}

TEST(WebSocketClient, calls_back_while_a_watched_descriptor_is_readable) {
  const auto client = make_client();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  int calls = 0;
  client->watch(ends[0], [&] {
    ++calls;
    char byte = 0;
    EXPECT_EQ(read(ends[0], &byte, 1), 1);
  });
  client->serve(1ms);
  EXPECT_EQ(calls, 0);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  for (int i = 0; i < 3'000 && calls == 0; ++i) client->serve(10ms);
  EXPECT_EQ(calls, 1);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace plenary::server::web_socket_client_test

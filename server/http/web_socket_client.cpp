#include "server/http/web_socket_client.h"

#include <libwebsockets.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "media/base/check.h"

namespace plenary::server {
namespace {

constexpr const char* kProtocol = "plenary.v1";
constexpr const char* kWatchProtocol = "watched";
constexpr unsigned kReadBytes = 16 * 1024;
constexpr int kOpenSeconds = 10;  // from the first packet to the upgrade
constexpr int kGoOn = 0;
constexpr int kEnd = -1;

struct Url {
  bool secure = false;
  std::string host;
  int port = 0;
  std::string path;
};

std::optional<Url> parse_url(std::string text) {
  const char* scheme = nullptr;
  const char* host = nullptr;
  const char* path = nullptr;
  Url url;
  if (lws_parse_uri(text.data(), &scheme, &host, &url.port, &path) != 0) return std::nullopt;
  const std::string_view name = scheme;
  if (name != "ws" && name != "wss") return std::nullopt;
  url.secure = name == "wss";
  url.host = host;
  url.path = "/" + std::string(path);  // the library takes the slash off
  return url;
}

std::uint64_t number(ConnectionId id) { return static_cast<std::uint64_t>(id); }

}  // namespace

struct WebSocketClient::State {
  struct Connection {
    lws* wsi = nullptr;
    std::deque<std::string> out;
    std::string in;
    bool open = false;
    bool closing = false;
  };

  static int on_event(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t length);
  int dispatch(lws* wsi, lws_callback_reasons reason, std::string_view in);
  int receive(std::uint64_t id, Connection& connection, std::string_view piece);
  int write(Connection& connection);
  void end(std::uint64_t id, std::string_view why);

  lws_context* context = nullptr;
  std::array<lws_protocols, 3> protocols{};
  lws_sorted_usec_list_t alarm{};
  std::uint64_t next = 1;
  std::unordered_map<std::uint64_t, Connection> connections;
  std::unordered_map<lws*, std::function<void()>> watched;
  std::deque<WebSocketEvent> events;
  std::vector<unsigned char> scratch;
  bool pinned = false;  // one certificate is trusted, and its key says who it is
};

int WebSocketClient::State::on_event(lws* wsi, lws_callback_reasons reason, void* /*user*/, void* in,
                                     std::size_t length) {
  auto* state = wsi == nullptr ? nullptr : static_cast<State*>(lws_context_user(lws_get_context(wsi)));
  if (state == nullptr) return kGoOn;
  return state->dispatch(wsi, reason, {static_cast<const char*>(in), in == nullptr ? 0 : length});
}

int WebSocketClient::State::dispatch(lws* wsi, lws_callback_reasons reason, std::string_view in) {
  if (reason == LWS_CALLBACK_RAW_RX_FILE) {
    const auto found = watched.find(wsi);
    if (found != watched.end()) found->second();
    return kGoOn;
  }
  const auto id = reinterpret_cast<std::uintptr_t>(lws_get_opaque_user_data(wsi));
  const auto found = connections.find(id);
  if (found == connections.end()) return kGoOn;
  switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
      found->second.open = true;
      found->second.wsi = wsi;
      events.push_back({ConnectionId{id}, WebSocketEvent::Kind::opened, {}});
      lws_callback_on_writable(wsi);
      return kGoOn;
    case LWS_CALLBACK_CLIENT_RECEIVE:
      return receive(id, found->second, in);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
      return write(found->second);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      end(id, in);
      return kGoOn;
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
      end(id, {});
      return kGoOn;
    default:
      return kGoOn;
  }
}

void WebSocketClient::State::end(std::uint64_t id, std::string_view why) {
  connections.erase(id);
  events.push_back({ConnectionId{id}, WebSocketEvent::Kind::closed, std::string(why)});
}

int WebSocketClient::State::receive(std::uint64_t id, Connection& connection, std::string_view piece) {
  if (connection.in.size() + piece.size() > kMaxServerMessage) return kEnd;
  connection.in.append(piece);
  if (lws_is_final_fragment(connection.wsi) == 0 || lws_remaining_packet_payload(connection.wsi) != 0) return kGoOn;
  events.push_back({ConnectionId{id}, WebSocketEvent::Kind::message, std::exchange(connection.in, {})});
  return kGoOn;
}

int WebSocketClient::State::write(Connection& connection) {
  if (connection.out.empty()) return connection.closing ? kEnd : kGoOn;
  const std::string& text = connection.out.front();
  scratch.resize(LWS_PRE + text.size());
  std::memcpy(scratch.data() + LWS_PRE, text.data(), text.size());
  if (lws_write(connection.wsi, scratch.data() + LWS_PRE, text.size(), LWS_WRITE_TEXT) < 0) return kEnd;
  connection.out.pop_front();
  if (!connection.out.empty() || connection.closing) lws_callback_on_writable(connection.wsi);
  return kGoOn;
}

WebSocketClient::WebSocketClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

WebSocketClient::~WebSocketClient() { lws_context_destroy(state_->context); }

Result<std::unique_ptr<WebSocketClient>> WebSocketClient::create(const std::string& authority) {
  lws_set_log_level(0, nullptr);  // what matters comes as an event
  auto state = std::make_unique<State>();
  state->protocols[0] = {.name = kWatchProtocol, .callback = &State::on_event, .rx_buffer_size = kReadBytes};
  state->protocols[1] = {.name = kProtocol, .callback = &State::on_event, .rx_buffer_size = kReadBytes};
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = state->protocols.data();
  info.user = state.get();
  info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info.timeout_secs = kOpenSeconds;
  if (!authority.empty()) {
    state->pinned = true;
    info.client_ssl_ca_filepath = authority.c_str();
    info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
  }
  state->context = lws_create_context(&info);
  if (state->context == nullptr) return Error{"no_client", "The WebSocket client could not be started."};
  return std::unique_ptr<WebSocketClient>(new WebSocketClient(std::move(state)));
}

ConnectionId WebSocketClient::connect(const std::string& text) {
  const std::uint64_t id = state_->next++;
  State::Connection& connection = state_->connections[id];
  const std::optional<Url> url = parse_url(text);
  if (!url) {
    state_->end(id, "this is no ws:// or wss:// address");
    return ConnectionId{id};
  }
  const std::string host = url->host + ":" + std::to_string(url->port);
  lws_client_connect_info info{};
  info.context = state_->context;
  info.address = url->host.c_str();
  info.port = url->port;
  info.path = url->path.c_str();
  info.host = host.c_str();
  info.protocol = kProtocol;
  info.local_protocol_name = kProtocol;
  info.alpn = "http/1.1";
  if (url->secure) info.ssl_connection = LCCSCF_USE_SSL;
  if (url->secure && state_->pinned) info.ssl_connection |= LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
  info.opaque_user_data = reinterpret_cast<void*>(static_cast<std::uintptr_t>(id));
  // Not through `connection` below: a failure within the call has removed it.
  lws* wsi = lws_client_connect_via_info(&info);
  if (!state_->connections.contains(id)) return ConnectionId{id};
  if (wsi == nullptr) {
    state_->end(id, "no connection");
  } else {
    connection.wsi = wsi;
  }
  return ConnectionId{id};
}

void WebSocketClient::send(ConnectionId id, std::string text) {
  const auto found = state_->connections.find(number(id));
  if (found == state_->connections.end() || found->second.closing) return;
  found->second.out.push_back(std::move(text));
  if (found->second.out.size() > kMaxClientQueue) return close(id);
  if (found->second.open) lws_callback_on_writable(found->second.wsi);
}

void WebSocketClient::close(ConnectionId id) {
  const auto found = state_->connections.find(number(id));
  if (found == state_->connections.end()) return;
  found->second.closing = true;
  if (found->second.open) {
    lws_callback_on_writable(found->second.wsi);
  } else {
    lws_set_timeout(found->second.wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  }
}

std::optional<WebSocketEvent> WebSocketClient::poll_event() {
  if (state_->events.empty()) return std::nullopt;
  WebSocketEvent event = std::move(state_->events.front());
  state_->events.pop_front();
  return event;
}

void WebSocketClient::watch(int descriptor, std::function<void()> ready) {
  // The library closes what it is given, so it gets a number of its own.
  lws_sock_file_fd_type copy;
  copy.filefd = ::dup(descriptor);
  PLENARY_CHECK(copy.filefd >= 0);
  lws_vhost* vhost = lws_get_vhost_by_name(state_->context, "default");
  lws* wsi = lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_RAW_FILE_DESC, copy, kWatchProtocol, nullptr);
  PLENARY_CHECK(wsi != nullptr);
  state_->watched.insert_or_assign(wsi, std::move(ready));
}

void WebSocketClient::serve(Duration at_most) {
  const auto wait = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::microseconds>(at_most).count());
  // The library takes no time to wait any more; its timer ends the wait.
  lws_sul_schedule(
      state_->context, 0, &state_->alarm, [](lws_sorted_usec_list_t*) {}, wait);
  lws_service(state_->context, 0);
}

}  // namespace plenary::server

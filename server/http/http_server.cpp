#include "server/http/http_server.h"

#include <ev.h>
#include <libwebsockets.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <utility>

#include "media/base/log.h"
#include "server/http/http_server_state.h"

namespace plenary::server {
namespace {

constexpr const char* kHttpProtocol = "http-only";  // the library wants a name; a WebSocket that asks for it is refused
constexpr unsigned kMaxHeaders = 16 * 1024;         // bytes of all headers of a request
constexpr unsigned kReadBytes = 16 * 1024;          // taken from a socket at once
constexpr std::size_t kSendBytes = 64 * 1024;       // given to the kernel at once
constexpr int kIdleSeconds = 30;                    // a connection without a request
constexpr Duration kCertificateLook = std::chrono::seconds(10);

std::uint16_t seconds_of(Duration duration) {
  return static_cast<std::uint16_t>(
      std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::seconds>(duration).count()));
}

// The library has one place for its lines; most say what some client did wrong, so none is an error of ours.
thread_local std::string last_library_line;

void emit_library_line(int level, const char* line) {
  std::string_view text(line);
  while (text.ends_with('\n')) text.remove_suffix(1);
  last_library_line = text;
  log((level & LLL_ERR) != 0 ? LogLevel::info : LogLevel::debug, "http.library", {{"line", std::string(text)}});
}

void on_timer(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
  const std::function<void()> due = static_cast<LoopTimer*>(watcher->data)->due;  // it may set the timer anew
  try {
    due();
  } catch (const std::exception& fault) {
    log(LogLevel::error, "http.fault", {{"what", fault.what()}});
  }
}

}  // namespace

Instant read_clock() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

void kill_soon(lws* wsi) {
  lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  lws_cancel_service(lws_get_context(wsi));  // so that the library looks at its timers
}

// ---- the library's events

int HttpServer::State::on_event(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t length) {
  State* state = wsi == nullptr ? nullptr : static_cast<State*>(lws_context_user(lws_get_context(wsi)));
  if (state == nullptr) return kGoOn;
  try {
    // `in` is text, or not looked at.
    return state->dispatch(wsi, reason, user, {static_cast<const char*>(in), in == nullptr ? 0 : length});
  } catch (const std::exception& fault) {  // never through a C library
    ++state->counts.faults;
    log(LogLevel::error, "http.fault", {{"what", fault.what()}});
    return kClose;
  }
}

int HttpServer::State::dispatch(lws* wsi, lws_callback_reasons reason, void* user, std::string_view in) {
  switch (reason) {
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
      tls = static_cast<ssl_ctx_st*>(user);
      return certificate && certificate->install(tls).ok() ? kGoOn : kClose;
    case LWS_CALLBACK_HTTP:
      return begin_exchange(wsi);
    case LWS_CALLBACK_HTTP_BODY:
      return take_body(wsi, in);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      return finish_body(wsi);
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return write_exchange(wsi);
    case LWS_CALLBACK_CLOSED_HTTP:
      exchanges.erase(wsi);
      return kGoOn;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
      return confirm_upgrade(wsi, in.data() == nullptr ? std::string_view() : std::string_view(in.data()));
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
      return filter_web_socket(wsi);
    case LWS_CALLBACK_ESTABLISHED:
      return open_web_socket(wsi);
    case LWS_CALLBACK_RECEIVE:
      return receive_web_socket(wsi, in);
    case LWS_CALLBACK_RECEIVE_PONG:
      hear_pong(wsi);
      return kGoOn;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      return write_web_socket(wsi);
    case LWS_CALLBACK_CLOSED:
      close_web_socket(wsi);
      return kGoOn;
    case LWS_CALLBACK_RAW_RX_FILE:
      return ready_descriptor(wsi, false);
    case LWS_CALLBACK_RAW_CLOSE_FILE:
      return ready_descriptor(wsi, true);
    case LWS_CALLBACK_RAW_ADOPT:  // what the library makes of CONNECT
    case LWS_CALLBACK_RAW_RX:
      ++counts.refused;
      return kClose;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
      // Every protocol is told of it; one is enough.
      if (stopping) ev_break(loop.get(), EVBREAK_ONE);
      if (!ending && wake_pending.exchange(false)) handler.on_wake();
      return kGoOn;
    case LWS_CALLBACK_WSI_DESTROY:
      forget(wsi);
      return kGoOn;
    default:
      return kGoOn;
  }
}

void HttpServer::State::forget(lws* wsi) {
  exchanges.erase(wsi);
  close_web_socket(wsi);
}

// ---- descriptors and timers

int HttpServer::State::ready_descriptor(lws* wsi, bool closed) {
  const auto found = watched.find(wsi);
  if (found == watched.end()) return kClose;           // unwatched, not yet gone
  const auto ready = watches.at(found->second).ready;  // it may unwatch itself
  if (closed) {                                        // hung up: the owner learns it by reading
    watches.erase(found->second);
    watched.erase(found);
  }
  if (!ending) (*ready)();
  return kGoOn;
}

void HttpServer::watch(int descriptor, std::function<void()> ready) {
  unwatch(descriptor);
  // The library closes what it is given, so it gets a number of its own.
  lws_sock_file_fd_type copy;
  copy.filefd = ::dup(descriptor);
  PLENARY_CHECK(copy.filefd >= 0);
  lws* wsi = lws_adopt_descriptor_vhost(state_->vhost, LWS_ADOPT_RAW_FILE_DESC, copy, kHttpProtocol, nullptr);
  PLENARY_CHECK(wsi != nullptr);
  state_->watches.insert_or_assign(
      descriptor, State::Watch{.wsi = wsi, .ready = std::make_shared<std::function<void()>>(std::move(ready))});
  state_->watched.insert_or_assign(wsi, descriptor);
}

void HttpServer::unwatch(int descriptor) {
  const auto found = state_->watches.find(descriptor);
  if (found == state_->watches.end()) return;
  lws* wsi = found->second.wsi;
  state_->watched.erase(wsi);
  state_->watches.erase(found);
  kill_soon(wsi);
}

// Not by the library's timers: on this loop one that is set while a later one runs is due only with that one.
void HttpServer::State::schedule(LoopTimer& loop_timer, Duration delay, std::function<void()> due) {
  loop_timer.due = std::move(due);
  loop_timer.watcher.data = &loop_timer;
  ev_timer_stop(loop.get(), &loop_timer.watcher);
  ev_now_update(loop.get());
  ev_timer_init(&loop_timer.watcher, &on_timer, std::chrono::duration<double>(delay).count(), 0);
  // The library does some of its work when the loop is idle, which means: nothing of its own priority is pending.
  ev_set_priority(&loop_timer.watcher, EV_MINPRI);
  ev_timer_start(loop.get(), &loop_timer.watcher);
}

void HttpServer::set_timer(std::optional<Instant> when, std::function<void()> due) {
  if (when) {
    state_->schedule(state_->timer, std::max(*when - read_clock(), Duration::zero()), std::move(due));
  } else {
    ev_timer_stop(state_->loop.get(), &state_->timer.watcher);
  }
}

// ---- the certificate

Status HttpServer::State::reload_certificate() {
  Status done = certificate->install(tls);
  ++(done.ok() ? counts.certificate_reloads : counts.certificate_reload_failures);
  log(done.ok() ? LogLevel::info : LogLevel::error, done.ok() ? "http.certificate_renewed" : "http.certificate_refused",
      {{"why", done.ok() ? std::string() : done.error().message}});
  return done;
}

void HttpServer::State::look_at_certificate() {
  if (certificate->changed()) (void)reload_certificate();
  schedule(certificate_look, kCertificateLook, [this] { look_at_certificate(); });
}

Status HttpServer::reload_certificate() {
  if (!state_->certificate) return Error{"no_certificate", "HTTPS is not configured: set server.tls_certificate."};
  return state_->reload_certificate();
}

// ---- life

Status HttpServer::State::start() {
  lws_context_creation_info info{};
  protocols[0] = {
      .name = kHttpProtocol, .callback = &on_event, .rx_buffer_size = kReadBytes, .tx_packet_size = kSendBytes};
  protocols[1] = {
      .name = kSubprotocol, .callback = &on_event, .rx_buffer_size = kWebSocketReadBytes, .tx_packet_size = kSendBytes};
  no_keepalive.secs_since_valid_hangup = 0;  // none by the library; see look_at_web_sockets()
  const std::string address = config.bind.ip_text();
  info.port = config.bind.port;
  info.iface = config.bind.is_unspecified() ? nullptr : address.c_str();
  info.protocols = protocols.data();
  info.user = this;
  info.gid = static_cast<decltype(info.gid)>(-1);
  info.uid = static_cast<decltype(info.uid)>(-1);
  info.max_http_header_data = kMaxHeaders;
  info.pt_serv_buf_size = kReadBytes;
  info.timeout_secs = seconds_of(config.request_timeout);
  info.timeout_secs_ah_idle = seconds_of(config.request_timeout);
  info.keepalive_timeout = kIdleSeconds;
  info.retry_and_idle_policy = &no_keepalive;
  info.options = LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
                 LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBEV;
  void* loops[] = {loop.get()};
  info.foreign_loops = loops;
  if (config.bind.is_v4()) info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
  if (!config.tls_certificate.empty()) {
    certificate.emplace(config.tls_certificate, config.tls_key);
    if (Status fits = certificate->check(); !fits) return fits;
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX |
                    LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
    info.ssl_options_set = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION;
  }
  lws_set_log_level(LLL_ERR | LLL_WARN, &emit_library_line);
  last_library_line.clear();
  context = lws_create_context(&info);
  if (context == nullptr) return Error{"no_context", "libwebsockets does not start: " + last_library_line};
  vhost = lws_create_vhost(context, &info);
  if (vhost == nullptr) {
    return Error{"not_listening", "server.http: nothing can listen at " + config.bind.text() + " (" +
                                      last_library_line + "); choose another port or end the program that has it."};
  }
  sweep();
  if (certificate) look_at_certificate();
  return Done{};
}

Result<std::unique_ptr<HttpServer>> HttpServer::create(HttpServerConfig config, HttpHandler& handler) {
  auto state = std::make_unique<State>(std::move(config), handler);
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(state)));
  if (Status started = server->state_->start(); !started) return started.error();
  return server;
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  state_->ending = true;
  if (state_->context != nullptr) lws_context_destroy(state_->context);
}

std::uint16_t HttpServer::port() const { return static_cast<std::uint16_t>(lws_get_vhost_listen_port(state_->vhost)); }

std::vector<std::pair<std::string, std::uint64_t>> HttpServer::counters() const {
  const State::Counts& counts = state_->counts;
  return {
      {"requests", counts.requests},
      {"answers_2xx", counts.answers_2xx},
      {"answers_3xx", counts.answers_3xx},
      {"answers_4xx", counts.answers_4xx},
      {"answers_5xx", counts.answers_5xx},
      {"refused", counts.refused},
      {"pipelined", counts.pipelined},
      {"body_too_long", counts.body_too_long},
      {"timed_out", counts.timed_out},
      {"faults", counts.faults},
      {"without_memory", counts.without_memory},
      {"web_sockets_opened", counts.web_sockets_opened},
      {"web_sockets_closed", counts.web_sockets_closed},
      {"web_sockets_refused", counts.web_sockets_refused},
      {"messages_in", counts.messages_in},
      {"messages_out", counts.messages_out},
      {"message_too_long", counts.message_too_long},
      {"slow_clients_closed", counts.slow_clients_closed},
      {"silent_clients_closed", counts.silent_clients_closed},
      {"changes_left_out", counts.changes_left_out},
      {"pauses", counts.pauses},
      {"certificate_reloads", counts.certificate_reloads},
      {"certificate_reload_failures", counts.certificate_reload_failures},
  };
}

void HttpServer::run() {
  if (!state_->stopping) ev_run(state_->loop.get(), 0);
}

void HttpServer::stop() {
  state_->stopping = true;
  lws_cancel_service(state_->context);
}

void HttpServer::wake() {
  state_->wake_pending.store(true);
  lws_cancel_service(state_->context);
}

}  // namespace plenary::server

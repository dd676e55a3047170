#include "server/app/app.h"

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>
#include <type_traits>

#include "media/base/log.h"
#include "media/base/overloaded.h"
#include "media/crypto/cm_egress.h"
#include "media/crypto/random.h"
#include "media/crypto/srtp.h"
#include "media/io/clock.h"
#include "server/auth/secret_file.h"
#include "server/config/usable_cpus.h"
#include "server/room_link/room_program.h"

namespace plenary::server {
namespace {

// Splits "/a/b/c" behind a prefix: "whep" → {"a", "b/c"}.
struct Below {
  std::string_view first;
  std::string_view rest;
};
std::optional<Below> below(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return Below{path, {}};
  return Below{path.substr(0, slash), path.substr(slash + 1)};
}

HttpResponse page_of_room(std::string_view rest) {
  static constexpr std::array<std::string_view, 5> kPages = {"moderator", "chair", "stage", "timer", "return"};
  if (rest.empty()) return HttpResponse::page("participant.html");
  if (std::find(kPages.begin(), kPages.end(), rest) != kPages.end()) {
    return HttpResponse::page(std::string(rest) + ".html");
  }
  return HttpResponse::problem(404, "not_found", "There is no such page.");
}

// Pages that have not joined yet, of all rooms; they have 5 s to do so. A full meeting may come back at once, and of
// the files that the process may open they get two fifths, so that strangers who only connect leave enough for others.
constexpr std::size_t kMaxUnjoined = 20'000;
constexpr std::size_t kUnjoinedPercent = 40;

std::size_t open_files_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

HttpResponse no_room() { return HttpResponse::problem(404, "no_room", "There is no such room."); }

}  // namespace

Result<std::unique_ptr<App>> App::open(const Config& config) {
  std::unique_ptr<App> app(new App(config));
  if (Status status = app->open_parts(); !status) return status.error();
  if (Status status = app->open_rooms(); !status) return status.error();
  return app;
}

App::~App() {
  for (const auto& room : rooms_) room->media().ask_to_end();
}

Status App::open_parts() {
  random_ = std::make_unique<crypto::SystemRandom>();
  std::error_code error;
  std::filesystem::create_directories(config_.server.data, error);
  if (error) return Error{"no_data", "cannot make the folder " + config_.server.data.string() + ": " + error.message()};

  Result<std::string> secret = read_or_make_secret_file(config_.auth.secret_file, *random_);
  if (!secret) return secret.error();
  signer_ = std::make_unique<TokenSigner>(*secret);
  if (!config_.turn.urls.empty()) {
    Result<std::string> shared = read_secret_file(config_.turn.secret_file);
    if (!shared) return shared.error();
    turn_ = std::make_unique<TurnServers>(config_.turn.urls, *shared);
  }
  if (!config_.server.metrics_token_file.empty()) {
    Result<std::string> token = read_secret_file(config_.server.metrics_token_file);
    if (!token) return token.error();
    metrics_token_ = std::move(token).value();
  }

  auto journal = open_sqlite_journal(config_.server.data / "plenary.db");
  if (!journal) return journal.error();
  journal_ = std::move(journal).value();

  auto links = LinksApi::open(*journal_, *signer_, *random_);
  if (!links) return links.error();
  links_ = std::move(links).value();

  auto certificate = crypto::Certificate::generate();
  auto plane = MediaPlane::start(config_.server.udp, config_.server.tcp,
                                 MediaPlane::threads(config_.server.shards, config_.server.cpus, usable_cpus().size()),
                                 certificate);
  if (!plane) return plane.error();
  plane_ = std::move(plane).value();
  plane_->set_candidates(config_.server.public_addresses, config_.server.http);
  sessions_ = std::make_unique<MediaSessions>(*plane_, *random_);

  max_unjoined_ = std::min<std::size_t>(kMaxUnjoined, open_files_limit() * kUnjoinedPercent / 100);
  auto http = HttpServer::create({.bind = config_.server.http,
                                  .pages = config_.server.pages,
                                  .tls_certificate = config_.server.tls_certificate,
                                  .tls_key = config_.server.tls_key},
                                 *this);
  if (!http) return http.error();
  http_ = std::move(http).value();
  return Done{};
}

Status App::open_rooms() {
  const RoomServices services{*plane_,  *sessions_, *journal_,   *signer_,      links_->links(),
                              *random_, config_,    turn_.get(), room_program()};
  for (const RoomConfig& config : config_.rooms) {
    auto room = Room::open(config, services, io::read_clocks());
    if (!room) return Error{room.error().code, "room " + config.id + ": " + room.error().message};
    rooms_.push_back(std::move(room).value());
  }
  return Done{};
}

int App::run(int stop_descriptor) {
  for (const int descriptor : plane_->event_descriptors()) {
    http_->watch(descriptor, [this] {
      take_shard_events();
      settle();
    });
  }
  http_->watch(journal_->descriptor(), [this] {
    take_completions();
    settle();
  });
  http_->watch(stop_descriptor, [this, stop_descriptor] {
    signalfd_siginfo taken{};
    if (::read(stop_descriptor, &taken, sizeof taken) > 0) begin_drain();
  });
  ready_ = true;
  log(LogLevel::info, "server.ready",
      {{"http_port", std::to_string(http_->port())},
       {"media_port", std::to_string(plane_->port(0))},
       {"media_shards", std::to_string(plane_->shards())},
       {"media_cpus", config_.server.cpus.empty() ? "any" : cpu_list_text(config_.server.cpus)},
       {"media_receive", plane_->receives_rows() ? "udp gro" : "one datagram a message"},
       {"media_send", plane_->sends_runs() ? "udp gso, many messages a call" : "one datagram a call"},
       {"media_cipher", crypto::GcmEgress::implementation()},
       {"media_cipher_cm", crypto::CmBatch::implementation()}});
  take_timeouts();
  http_->run();
  log(LogLevel::info, "server.stopped");
  return 0;
}

// ---- HTTP ----

HttpResponse App::handle(const HttpRequest& request) {
  const bool changes = request.method != "GET" && request.method != "OPTIONS" && request.method != "DELETE";
  try {
    HttpResponse response = changes && drain_ != Drain::none ? restarting() : route(request, io::read_clocks());
    settle();
    return response;
  } catch (const std::bad_alloc&) {
    memory_.handle_failure();
    sessions_->set_memory(memory_.state());
    throw;  // the HTTP server has the words for it
  }
}

HttpResponse App::route(const HttpRequest& request, Now now) {
  const std::string_view path = request.path;
  if (const auto at = below(path, "/whep/")) {
    Room* found = room(at->first);
    return found == nullptr ? no_room() : found->handle_whep(request, at->rest, now);
  }
  if (const auto at = below(path, "/whip/")) {
    Room* found = room(at->first);
    return found == nullptr ? no_room() : found->handle_whip(request, at->rest, now);
  }
  if (const auto at = below(path, "/session/")) return route_session(request, at->first, now);
  if (path == "/api/v1/rooms") return list_rooms(request, now);
  if (const auto at = below(path, "/api/v1/rooms/")) {
    Room* found = room(at->first);
    if (found == nullptr) return no_room();
    if (at->rest == "links" || at->rest.starts_with("links/")) return route_links(request, *found, at->rest, now);
    return found->handle_api(request, at->rest, now);
  }
  if (request.method != "GET") return HttpResponse::problem(405, "method", "Only GET works here.");
  if (path == "/") return HttpResponse::page("index.html");
  if (path == "/technician") return HttpResponse::page("technician.html");
  if (path == "/organiser") return HttpResponse::page("organiser.html");
  if (const auto at = below(path, "/room/")) return room(at->first) == nullptr ? no_room() : page_of_room(at->rest);
  if (path == "/livez") return {.body = "ok\n"};
  if (path == "/readyz") {
    if (drain_ != Drain::none) return restarting();
    if (!ready_ || journal_->failing()) return {.status = 503, .body = "not ready: the journal cannot write\n"};
    return {.body = "ok\n"};
  }
  if (path == "/metrics") return route_metrics(request);
  return HttpResponse::problem(404, "not_found", "There is nothing at this address.");
}

HttpResponse App::route_session(const HttpRequest& request, std::string_view id, Now now) {
  MediaSessions::Handled handled = sessions_->handle(request, std::string(id), now.monotonic);
  if (handled.ended) {
    if (Room* owner = room(handled.ended->room)) owner->handle_session_closed(*handled.ended, now);
  }
  if (handled.answered != nullptr) {
    if (Room* owner = room(handled.answered->room)) owner->handle_session_answered(*handled.answered);
  }
  return std::move(handled.response);
}

HttpResponse App::route_links(const HttpRequest& request, const Room& room, std::string_view path, Now now) {
  const Result<Asker, HttpResponse> by = room.asker_of(request, now);
  if (!by) return by.error();
  HttpResponse response = links_->handle(request, room.config().id, path.substr(std::string_view("links").size()), *by,
                                         room.desk().meeting().state().removed, now.wall);
  if (response.waits_for != AnswerId{}) ++unsaved_;
  return response;
}

// Where anonymous people may watch, everybody may know what there is; else each knows of the rooms of their token.
HttpResponse App::list_rooms(const HttpRequest& request, Now now) const {
  std::string body = "[";
  std::optional<HttpResponse> refusal;
  for (const auto& room : rooms_) {
    if (config_.auth.anonymous == Anonymous::none) {
      if (Result<Asker, HttpResponse> asker = room->asker_of(request, now); !asker) {
        refusal = asker.error();
        continue;
      }
    }
    if (body.size() > 1) body += ",";
    body += room->summary_json();
  }
  if (body.size() == 1 && refusal) return *std::move(refusal);
  return HttpResponse::json(200, body + "]");
}

Room* App::room(std::string_view id) {
  const auto found = std::find_if(rooms_.begin(), rooms_.end(), [&](const auto& r) { return r->config().id == id; });
  return found == rooms_.end() ? nullptr : found->get();
}

// ---- WebSocket ----

std::optional<HttpResponse> App::refuse_web_socket(const HttpRequest& request) {
  if (drain_ != Drain::none) return restarting();
  if (memory_.state() == Memory::exhausted) {
    ++pages_without_memory_;
    return no_memory();
  }
  const auto at = below(request.path, "/ws/");
  if (!at || !at->rest.empty() || room(at->first) == nullptr) {
    return HttpResponse::problem(403, "refused", "This room takes no such socket.");
  }
  std::size_t unjoined = 0;
  for (const auto& room : rooms_) unjoined += room->desk().unjoined();
  if (unjoined < max_unjoined_) return std::nullopt;
  ++pages_refused_;
  HttpResponse busy = HttpResponse::problem(503, "busy", "Too many pages are joining; try again in a moment.");
  busy.headers.emplace_back("Retry-After", "2");
  return busy;
}

void App::on_open(ConnectionId connection, const HttpRequest& request) {
  Room* owner = room(below(request.path, "/ws/")->first);
  pages_[connection] = owner;
  owner->desk().handle_open(signaling::PageId{static_cast<std::uint64_t>(connection)}, io::read_clocks(),
                            request.network());
  settle();
}

void App::on_message(ConnectionId connection, std::string_view text) {
  Room* owner = room_of(connection);
  if (owner == nullptr || drain_ != Drain::none) return;  // no answer: the page asks again with the same key
  owner->desk().handle_message(signaling::PageId{static_cast<std::uint64_t>(connection)}, text, io::read_clocks());
  settle();
}

void App::on_close(ConnectionId connection) {
  Room* owner = room_of(connection);
  if (owner == nullptr) return;
  pages_.erase(connection);
  owner->desk().handle_close(signaling::PageId{static_cast<std::uint64_t>(connection)}, io::read_clocks());
  settle();
}

void App::on_caught_up(ConnectionId connection) {
  Room* owner = room_of(connection);
  if (owner == nullptr) return;
  owner->desk().handle_caught_up(signaling::PageId{static_cast<std::uint64_t>(connection)}, io::read_clocks());
  settle();
}

Room* App::room_of(ConnectionId connection) {
  const auto found = pages_.find(connection);
  return found == pages_.end() ? nullptr : found->second;
}

// ---- shard, journal, time ----

void App::take_shard_events() {
  const Now now = io::read_clocks();
  while (auto event = plane_->poll_event()) take(*event, now);
}

void App::take(const io::ShardEvent& event, Now now) {
  std::visit(Overloaded{
                 [&](const io::PeerConnected& e) { sessions_->set_connected(e.peer); },
                 [&](const io::PeerClosed& e) {
                   const std::optional<MediaSession> closed = sessions_->close(e.peer, false);
                   if (!closed) return;
                   log(LogLevel::info, "peer.closed", {{"room", closed->room}, {"reason", e.reason}});
                   if (Room* owner = room(closed->room)) owner->handle_session_closed(*closed, now);
                 },
                 [&](const io::UplinkStarted& e) {
                   MediaSession* session = sessions_->find(e.peer);
                   if (session == nullptr) return;
                   if (e.kind == MediaKind::audio) session->audio = true;
                   if (e.kind == MediaKind::video) session->video = e.codec;
                   if (Room* owner = room(session->room)) owner->handle_uplink_started(*session, e.kind, now);
                 },
                 [&](const io::UplinkSilent& e) {
                   MediaSession* session = sessions_->find(e.peer);
                   Room* owner = session == nullptr ? nullptr : room(session->room);
                   if (owner != nullptr) owner->handle_uplink(*session, false, e.last_packet, now);
                 },
                 [&](const io::UplinkBack& e) {
                   MediaSession* session = sessions_->find(e.peer);
                   Room* owner = session == nullptr ? nullptr : room(session->room);
                   if (owner != nullptr) owner->handle_uplink(*session, true, now.monotonic, now);
                 },
                 [&](const io::UplinkQuality& e) {
                   for (auto& room : rooms_) {
                     if (room->handle_uplink_quality(e)) return;
                   }
                 },
                 [&](const io::KeyFrameWanted& e) {
                   for (auto& room : rooms_) {
                     if (room->media().handle_key_frame_wanted(e)) return;
                   }
                 },
                 [&](const io::FeedClosed&) {},  // the room process's control connection tells the same
                 [&](const io::TrackWatched& e) {
                   for (auto& room : rooms_) {
                     if (room->media().handle_track_watched(e)) return;
                   }
                 },
                 [&](const io::TrackLive& e) {
                   for (auto& room : rooms_) {
                     if (room->handle_track_live(e, now)) return;
                   }
                 },
                 [&](const io::LoadShed&) {},  // placement knows it, and rooms look there
             },
             event);
}

void App::take_completions() {
  const Now now = io::read_clocks();
  while (const auto completion = journal_->poll_completion()) {
    --unsaved_;
    if (completion->meeting == kLinksStream) take_link(*completion, now);
    Room* owner = room(completion->meeting);
    if (owner == nullptr) continue;
    if (completion->saved) {
      owner->desk().handle_saved(completion->ticket, now);
    } else {
      owner->desk().handle_not_saved(completion->ticket, now);
    }
  }
}

void App::take_link(const Completion& completion, Now now) {
  std::optional<LinksApi::Settled> settled = links_->take(completion);
  if (!settled) return;
  if (!settled->revoked.empty()) {
    for (auto& room : rooms_) room->handle_revoked(settled->revoked, now);
  }
  http_->answer(settled->answer, std::move(settled->response));
}

void App::take_timeouts() {
  const Now now = io::read_clocks();
  if (now.monotonic >= memory_due_) look_at_memory(now);
  sessions_->handle_timeout(now.monotonic);
  for (auto& room : rooms_) room->handle_timeout(now);
  settle();
}

void App::watch_processes() {
  for (auto& room : rooms_) {
    const int descriptor = room->media().descriptor();
    const auto found = watched_.find(room.get());
    const int before = found == watched_.end() ? -1 : found->second;
    if (before == descriptor) continue;
    if (before >= 0) http_->unwatch(before);
    if (descriptor >= 0) {
      Room* owner = room.get();
      http_->watch(descriptor, [this, owner] {
        owner->handle_room_process(io::read_clocks());
        owner->handle_timeout(io::read_clocks());
        settle();
      });
    }
    watched_[room.get()] = descriptor;
  }
}

}  // namespace plenary::server

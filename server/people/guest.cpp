#include "server/people/guest.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace plenary::people {
namespace {

std::string socket_url(const std::string& site, const std::string& room) {
  return "ws" + site.substr(4) + "/ws/" + room;  // http → ws, https → wss
}

}  // namespace

Guest::Guest(Network& network, Voices& voices, Character character, const PersonJob& job, std::uint64_t seed,
             Instant first)
    : network_(network),
      voices_(voices),
      character_(std::move(character)),
      room_(job.room),
      person_(Place::remote, seed, first, network.job.pace),
      page_(job.token) {}

void Guest::handle_event(const server::WebSocketEvent& event, Instant now) {
  switch (event.kind) {
    case server::WebSocketEvent::Kind::opened:
      page_.handle_open();
      break;
    case server::WebSocketEvent::Kind::message:
      page_.handle_message(event.text, now);
      break;
    case server::WebSocketEvent::Kind::closed:
      connection_.reset();
      page_.handle_closed();
      break;
  }
}

void Guest::handle_response(const bench::HttpResponse& response, Instant now) {
  if (uplink_) uplink_->handle_response(response, now);
}

void Guest::turn(bool may_film, std::uint64_t mark, Instant now) {
  const MeetingView& view = page_.view();
  const Row* own = page_.joined() ? view.row_of(page_.participant()) : nullptr;
  Sight sight{.joined = page_.joined(),
              .may_ask = view.state == "live" && view.list_open && view.queue.size() < kMostWaiting,
              .media_flows = own != nullptr && own->media_flows};
  if (own != nullptr) sight.own = OwnRequest{own->request, own->state, own->ready};
  person_.look(sight, now);
  while (const auto act = person_.poll_act()) {
    std::visit([&](const auto& one) { carry_out(one, now); }, *act);
  }
  film(may_film, mark, now);
  if (uplink_) uplink_->turn(now);
  while (connection_) {
    auto text = page_.poll_message();
    if (!text) break;
    network_.sockets.send(*connection_, *std::move(text));
  }
}

// What the person wants, as soon as a camera is free.
void Guest::film(bool may_film, std::uint64_t mark, Instant now) {
  if (!person_.camera_open() || uplink_ || !may_film || !page_.joined()) return;
  mark_ = mark;
  uplink_ = std::make_unique<Uplink>(network_, character_, room_, page_.media_token(),
                                     voices_.file_for(character_, topic_), mark, now);
}

void Guest::end_uplink(Instant now) {
  if (!uplink_) return;
  used_ = uplink_->close(now);
  uplink_.reset();
  mark_ = 0;
}

std::optional<Instant> Guest::next_timeout() const {
  std::optional<Instant> next = person_.next_timeout();
  const std::optional<Instant> uplink = uplink_ ? uplink_->next_timeout() : std::nullopt;
  return uplink && (!next || *uplink < *next) ? uplink : next;
}

void Guest::leave(Instant now) {
  end_uplink(now);
  if (connection_) network_.sockets.close(*connection_);
}

void Guest::carry_out(const act::Join&, Instant) {
  if (!connection_) connection_ = network_.sockets.connect(socket_url(network_.job.site, room_));
}
void Guest::carry_out(const act::Leave&, Instant now) { leave(now); }
void Guest::carry_out(const act::Ask& ask, Instant) {
  topic_ = topic(character_, network_.random.u32());
  // A key belongs to a wish: new at each start of the demo, whose database may hold those of the last one.
  page_.call("floor.request", {{"key", network_.random.token(16) + "-" + std::to_string(++asked_)},
                               {"kind", ask.kind},
                               {"topic", topic_},
                               {"language", character_.language}});
  // While they wait, so that it is there when they are called.
  voices_.prepare(character_, topic_);
}
void Guest::carry_out(const act::Withdraw& withdraw, Instant) {
  page_.call("floor.withdraw", {{"request", withdraw.request}});
}
void Guest::carry_out(const act::OpenCamera&, Instant) {}  // film() does, when one is free
void Guest::carry_out(const act::CloseCamera&, Instant now) { end_uplink(now); }
void Guest::carry_out(const act::SayReady& ready, Instant) { page_.call("floor.ready", {{"request", ready.request}}); }
void Guest::carry_out(const act::Release& release, Instant) {
  page_.call("floor.release", {{"request", release.request}});
}

}  // namespace plenary::people

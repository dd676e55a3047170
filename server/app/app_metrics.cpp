// What /metrics says, and to whom.
#include <array>

#include "media/crypto/hash.h"
#include "server/app/app.h"
#include "server/log/log_setup.h"

namespace plenary::server {

// How many people there are and what goes wrong is the operator's business.
HttpResponse App::route_metrics(const HttpRequest& request) {
  if (metrics_token_.empty()) {
    if (request.is_local()) return metrics_text();
    return HttpResponse::problem(403, "metrics_local",
                                 "Figures are for this machine only; set server.metrics_token_file for others.");
  }
  if (crypto::equal_in_constant_time(as_bytes(request.bearer().value_or("")), as_bytes(metrics_token_))) {
    return metrics_text();
  }
  HttpResponse refusal = HttpResponse::problem(401, "metrics_token", "Send the token of server.metrics_token_file.");
  refusal.headers.emplace_back("WWW-Authenticate", "Bearer");
  return refusal;
}

HttpResponse App::metrics_text() {
  const io::ShardCounters media = plane_->counters();
  metrics_.set_counters("media", media.values);
  const auto in_seconds = [](std::chrono::duration<double> time) { return time.count(); };
  std::vector<double> bounds;
  for (const Duration bound : io::SendDelays::kBounds) bounds.push_back(in_seconds(bound));
  static constexpr std::array<const char*, io::kDelayKinds> kDelayOf = {"sound", "rest"};
  for (std::size_t of = 0; of < io::kDelayKinds; ++of) {
    metrics_.set_histogram(
        "media_delay_seconds",
        "From the first frame or datagram that a media thread had not yet read until what it sent then was "
        "out; one value a datagram sent",
        bounds, {media.delays[of].counts.begin(), media.delays[of].counts.end()}, in_seconds(media.delays[of].sum),
        {{"kind", kDelayOf[of]}});
  }
  metrics_.set_counters("http", http_->counters());
  metrics_.set_counters("journal", journal_->counters());
  metrics_.set_counters("log", log_counters());
  metrics_.set_counters("links", links_->links().counters());
  metrics_.set_counters("sessions", {{"refused", sessions_->refused()},
                                     {"too_often", sessions_->too_often()},
                                     {"overloaded", sessions_->overloaded()},
                                     {"no_memory", sessions_->no_memory()},
                                     {"too_many_layers", sessions_->too_many_layers()}});
  metrics_.set_counters("shard", {{"commands_delayed", plane_->delayed()}});
  metrics_.set_gauge("peers", "WebRTC peers", static_cast<double>(media.peers));
  metrics_.set_gauge("tracks", "Tracks on all shards", static_cast<double>(media.tracks));
  metrics_.set_gauge("udp_gro", "1 where the kernel hands over rows of datagrams as one message (UDP GRO)",
                     plane_->receives_rows() ? 1 : 0);
  metrics_.set_gauge("udp_gso", "1 where the kernel takes equal datagrams to one address as one message (UDP GSO)",
                     plane_->sends_runs() ? 1 : 0);
  for (std::size_t i = 0; i < plane_->shards(); ++i) {
    metrics_.set_gauge("shard_connections", "Media sessions on this shard",
                       static_cast<double>(plane_->placement().connections(i)), {{"shard", std::to_string(i)}});
    metrics_.set_gauge("shard_shed",
                       "What this shard leaves out: 0 nothing, 1 the highest layer, 2 all but the lowest, 3 pictures",
                       static_cast<double>(plane_->placement().shed(i)), {{"shard", std::to_string(i)}});
  }
  metrics_.set_counters("http", {{"pages_refused", pages_refused_},
                                 {"hand_outs_cut", hand_outs_cut_},
                                 {"hand_outs_held", hand_outs_held_},
                                 {"pages_without_memory", pages_without_memory_}});
  metrics_.set_gauge("memory_used_percent", "Of the nearest limit: control group, machine, address space",
                     memory_.use().percent);
  metrics_.set_gauge("memory_short", "0 everybody comes in, 1 no more viewers, 2 nobody new",
                     static_cast<double>(memory_.state()));
  metrics_.set_gauge("sessions", "Media sessions that are open or being set up",
                     static_cast<double>(sessions_->size()));
  metrics_.set_gauge("journal_failing", "1 while the journal cannot write", journal_->failing() ? 1 : 0);
  metrics_.set_gauge("journal_damaged", "1 when old pages of the journal are damaged", journal_->damaged() ? 1 : 0);
  for (const auto& room : rooms_) {
    const Labels labels = {{"room", room->config().id}};
    metrics_.set_counters("meeting", room->desk().counters(), labels);
    metrics_.set_gauge("meeting_pages", "Open pages", static_cast<double>(room->desk().pages()), labels);
    metrics_.set_gauge("meeting_participants", "People who are here, or were a moment ago",
                       static_cast<double>(room->desk().participants()), labels);
    metrics_.set_counters("room_process", room->media().counters(), labels);
    metrics_.set_counters("checks", room->checks().counters(), labels);
    metrics_.set_gauge("viewers", "Connected viewers", static_cast<double>(sessions_->viewers(room->config().id)),
                       labels);
    metrics_.set_gauge("picture_live", "1 while the room's picture is live, 0 while the slate shows",
                       room->media().picture_is_live() ? 1 : 0, labels);
    metrics_.set_gauge("speaker_encoders",
                       "Encoders of speakers' pictures for viewers who cannot decode what they send",
                       static_cast<double>(room->media().speaker_encoders()), labels);
  }
  return {.content_type = std::string(Metrics::kContentType), .body = metrics_.text()};
}

}  // namespace plenary::server

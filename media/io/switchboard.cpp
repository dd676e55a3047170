#include "media/io/switchboard.h"

#include <algorithm>
#include <span>

#include "media/base/prefetch.h"
#include "media/ice/stun.h"

namespace plenary::io {
namespace {

// How many turns before a viewer's own each part of them is asked for: a turn takes longer than memory does, and each
// part is found by the one before.
constexpr std::size_t kEntryAhead = 4, kPartsAhead = 3, kSlotsAhead = 2, kTracksAhead = 1;

}  // namespace

Switchboard::Switchboard(std::shared_ptr<const crypto::Certificate> certificate, RandomSource& random,
                         std::size_t shard, std::size_t shards)
    : certificate_(std::move(certificate)),
      random_(random),
      others_((shards < kMaxShards ? (ShardSet{1} << shards) - 1 : ~ShardSet{0}) & ~(ShardSet{1} << shard)),
      tracks_(shard, random, counters_, events_, relays_),
      early_hellos_(std::make_unique<EarlyHellos>()) {}

Switchboard::~Switchboard() = default;

void Switchboard::handle_datagram(MutableBytes datagram, const ice::Tuple& path, Instant received) {
  counters_.add(Count::datagrams_in);
  counters_.add(Count::bytes_in, datagram.size());
  if (ice::looks_like_stun(datagram)) {
    handle_stun(datagram, path, received);
    return;
  }
  PeerEntry* entry = peers_.find_path(path);
  if (entry == nullptr) {
    const bool kept = early_hellos_->keep(datagram, path, received);
    counters_.add(kept ? Count::dtls_early_kept : Count::unknown_source);
    return;
  }
  const std::optional<peer::Speaker::Received> media = entry->peer.handle_datagram(datagram, path, received);
  if (media) route_uplink(*entry, *media, received);
  after_input(*entry, received);
}

void Switchboard::handle_stun(Bytes datagram, const ice::Tuple& path, Instant now) {
  const std::optional<ice::StunMessage> message = ice::parse_stun(datagram);
  if (!message || message->message_class != ice::StunClass::request) {
    counters_.add(Count::stun_malformed);
    return;
  }
  PeerEntry* entry = peers_.find_ufrag(message->username.substr(0, message->username.find(':')));
  if (entry == nullptr) {
    counters_.add(Count::stun_unknown_user);
    return;
  }
  if (entry->peer.handle_stun(*message, path, now)) {
    peers_.update_paths(*entry);
    peers_.update_ufrags(*entry);
    early_hellos_->take(path, now, [&](Bytes hello) {
      ByteVector copy(hello.begin(), hello.end());
      entry->peer.handle_datagram(copy, path, now);
    });
  }
  after_input(*entry, now);
}

void Switchboard::after_input(PeerEntry& entry, Instant now) {
  write_later(entry);
  take_events(entry, now);
}

void Switchboard::write_later(PeerEntry& entry) {
  if (entry.waiting_to_write) return;
  entry.waiting_to_write = true;
  writers_.push_back(&entry);
}

void Switchboard::take_events(PeerEntry& entry, Instant now) {
  while (const std::optional<peer::Peer::Event> event = entry.peer.poll_event(now)) {
    const PeerId id = entry.peer.id();
    switch (*event) {
      case peer::Peer::Event::connected: {
        const bool gcm = entry.peer.transport().profile() == crypto::SrtpProfile::aead_aes_128_gcm;
        const std::optional<ice::Tuple>& path = entry.peer.transport().path();
        events_.push_back(PeerConnected{.peer = id,
                                        .remote = path ? path->remote : Address{},
                                        .srtp_profile = gcm ? "AEAD_AES_128_GCM" : "AES_128_CM_HMAC_SHA1_80"});
        break;
      }
      case peer::Peer::Event::closed:
        if (!entry.leaving) events_.push_back(PeerClosed{.peer = id, .reason = entry.peer.transport().reason()});
        leave(entry, now);
        break;
      case peer::Peer::Event::uplink_silent:
        events_.push_back(UplinkSilent{.peer = id, .last_packet = entry.peer.last_uplink()});
        entry.started = {};
        break;
      case peer::Peer::Event::uplink_back:
        events_.push_back(UplinkBack{.peer = id});
        break;
    }
  }
}

// What the peer has still to say (close_notify) leaves with the next output; then it is gone.
void Switchboard::leave(PeerEntry& entry, Instant now) {
  entry.leaving = true;
  for (std::size_t slot = 0; slot < entry.wishes.size(); ++slot) set_wish(entry, slot, kNoTrack, {});
  if (entry.peer.speaker() != nullptr) stop_forwarding(entry, now);
  entry.uplink = {};
  peers_.detach(entry);
  write_later(entry);
}

void Switchboard::finish_leaving(PeerEntry& entry) {
  tracks_.for_each([&](TrackEntry& track) {
    std::erase(track.watchers, &entry);
    if (track.speaker == &entry) track.speaker = nullptr;
  });
  peers_.remove(entry);
}

void Switchboard::handle_frame(FeedId feed, rtp::Frame frame, Instant now) {
  if (TrackEntry* entry = tracks_.handle_frame(feed, frame, now)) wake(*entry);
  const auto relayed = relayed_feeds_.find(feed);
  const ShardSet to = frame.slate ? others_ : relayed == relayed_feeds_.end() ? 0 : relayed->second;
  if (to != 0) relay(to, RelayedFrame{feed, std::move(frame)});
}

void Switchboard::handle_feed_closed(FeedId feed, Instant now) {
  tracks_.feed_closed(feed, now);
  relayed_feeds_.erase(feed);
  relay(others_, RelayedFeedEnd{feed});
  wake_all();
  events_.push_back(FeedClosed{.feed = feed});
}

void Switchboard::wake(TrackEntry& entry) {
  if (entry.leaving) {
    entry.leaving = false;
    std::erase_if(entry.watchers, [&](PeerEntry* watcher) {
      const bool wishes = std::any_of(watcher->wishes.begin(), watcher->wishes.end(),
                                      [&](const PeerEntry::Wish& wish) { return wish.carried == entry.id; });
      if (wishes) return false;
      const bool still = watcher->peer.viewer()->uses(entry.track.get());
      entry.leaving |= still;
      return !still;
    });
  }
  entry.woken_head = entry.track->head();
  (entry.track->kind() == MediaKind::audio ? sound_waits_ : more_waits_) = true;
  for (PeerEntry* watcher : entry.watchers) write_later(*watcher);
}

// Where packets came that nobody brought: slates.
void Switchboard::wake_all() {
  tracks_.for_each([this](TrackEntry& entry) {
    if (entry.track->head() != entry.woken_head) wake(entry);
  });
}

void Switchboard::handle_timeout(Instant now) {
  while (PeerEntry* entry = peers_.pop_due(now)) {
    entry->peer.handle_timeout(now);
    more_waits_ = true;
    after_input(*entry, now);
  }
  tracks_.handle_timeout(now, [&](TrackEntry& entry) {
    entry.speaker->peer.speaker()->want_key_frame(now, entry.speaker_layer);
    write_later(*entry.speaker);
  });
  wake_all();
}

void Switchboard::handle_pause(Duration paused, Instant now) {
  counters_.add(Count::pauses);
  peers_.for_each([&](PeerEntry& entry) { entry.peer.handle_pause(paused, now); });
}

void Switchboard::handle_turn(const LoadShedding::Turn& turn) {
  const Shed before = load_.shed();
  const std::optional<Shed> changed = load_.handle_turn(turn);
  if (load_.is_late()) counters_.add(Count::late_turns);
  if (!changed) return;
  const bool less = *changed > before;
  bool enough = limit_all_pictures() || !less;
  while (!enough && load_.shed() != Shed::pictures) {
    load_.go_further();
    enough = limit_all_pictures();
  }
  counters_.add(less ? Count::load_shed : Count::load_returned);
  events_.push_back(LoadShed{load_.shed()});
}

// True: as many as matter get less than before.
bool Switchboard::limit_all_pictures() {
  std::size_t viewers = 0;
  std::size_t with_less = 0;
  peers_.for_each([&](PeerEntry& entry) {
    if (entry.peer.viewer() != nullptr) ++viewers;
    if (limit_pictures(entry)) ++with_less;
  });
  return with_less * kViewersThatMatter >= viewers;
}

bool Switchboard::limit_pictures(PeerEntry& entry) {
  if (entry.peer.viewer() == nullptr || entry.keeps_pictures) return false;
  static constexpr std::array kMost = {peer::Viewer::kHighest, 1, 0, peer::Viewer::kNothing};
  const bool less = entry.peer.viewer()->set_most(kMost[static_cast<std::size_t>(load_.shed())]);
  choose_layers(entry);
  return less;
}

// False: the batch is full.
bool Switchboard::write_sound(peer::SendBatch& batch, Instant now) {
  for (sound_written_ = std::max(sound_written_, written_); sound_written_ < writers_.size(); ++sound_written_) {
    if (!writers_[sound_written_]->peer.write_sound(batch, now)) return false;
  }
  return true;
}

// Of those whose turn comes soon.
void Switchboard::prefetch_writers() const {
  const std::span<PeerEntry* const> waiting = std::span(writers_).subspan(written_);
  if (waiting.size() > kEntryAhead) {
    const PeerEntry& entry = *waiting[kEntryAhead];
    prefetch(&entry.peer, sizeof entry.peer);
    prefetch(&entry.armed, sizeof entry.armed);
  }
  if (waiting.size() > kPartsAhead) waiting[kPartsAhead]->peer.prefetch_parts();
  if (waiting.size() > kSlotsAhead) waiting[kSlotsAhead]->peer.prefetch_slots();
  if (waiting.size() > kTracksAhead) waiting[kTracksAhead]->peer.prefetch_tracks();
}

void Switchboard::hurry_sound() {
  if (!sound_waits_ || !more_waits_ || written_ == writers_.size()) return;
  sound_waits_ = false;
  hurries_ = true;
  sound_written_ = written_;
  counters_.add(Count::sound_hurried);
}

bool Switchboard::poll_output(peer::SendBatch& batch, Instant now) {
  const bool hurries = hurries_;
  if (hurries_ || load_.is_late()) {
    const bool all_written = write_sound(batch, now);
    hurries_ = hurries && !all_written;
    // What was hurried leaves before anything else joins it.
    if (!all_written || (hurries && !batch.empty())) {
      seal(batch);
      return true;
    }
  }
  while (written_ < writers_.size()) {
    prefetch_writers();
    PeerEntry& entry = *writers_[written_];
    if (!entry.peer.write(batch, now)) {
      seal(batch);
      return true;
    }
    ++written_;
    entry.waiting_to_write = false;
    tell_quality(entry);
    choose_layers(entry);
    if (entry.leaving) {
      finish_leaving(entry);
    } else {
      peers_.arm(entry, now);
    }
  }
  writers_.clear();
  written_ = sound_written_ = 0;
  sound_waits_ = more_waits_ = false;
  seal(batch);
  return false;
}

void Switchboard::seal(peer::SendBatch& batch) {
  batch.seal();
  const crypto::CmBatch::Sealed sealed = batch.unsealed().take_sealed();
  counters_.add(Count::sealed_cm, sealed.packets);
  counters_.add(Count::cm_bursts, sealed.bursts);
  counters_.add(Count::sealed_cm_in_bursts, sealed.in_bursts);
}

void Switchboard::tell_quality(PeerEntry& entry) {
  if (entry.peer.speaker() == nullptr) return;
  const std::optional<peer::Speaker::Quality> quality = entry.peer.speaker()->take_quality();
  if (!quality || quality->expected == 0 || (!entry.uplink.forward && !entry.uplink.feed)) return;
  events_.push_back(UplinkQuality{.peer = entry.peer.id(),
                                  .packets_expected = quality->expected,
                                  .packets_lost = quality->lost,
                                  .jitter = quality->jitter,
                                  .round_trip = quality->round_trip});
}

void Switchboard::close_all(Instant now) {
  peers_.for_each([&](PeerEntry& entry) {
    entry.peer.close(now);
    entry.leaving = true;
    write_later(entry);
  });
}

std::optional<ShardEvent> Switchboard::poll_event() {
  if (events_.empty()) return std::nullopt;
  ShardEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

std::optional<Switchboard::FeedOutput> Switchboard::poll_feed_output() {
  if (feed_output_done_ == feed_output_.size()) {
    feed_output_.clear();
    feed_output_done_ = 0;
    return std::nullopt;
  }
  return std::move(feed_output_[feed_output_done_++]);
}

std::optional<Instant> Switchboard::next_timeout() const {
  const std::optional<Instant> peers = peers_.next_timeout();
  const std::optional<Instant> tracks = tracks_.next_timeout();
  if (!peers || !tracks) return peers ? peers : tracks;
  return std::min(*peers, *tracks);
}

}  // namespace plenary::io

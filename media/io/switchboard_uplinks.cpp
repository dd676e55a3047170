// What speakers send: into tracks for viewers, and to the room process.
#include <algorithm>
#include <utility>

#include "media/io/switchboard.h"
#include "media/rtp/key_frame.h"

namespace plenary::io {
namespace {

// Packets of one speaker and wake-up that go to the room process in one frame.
constexpr std::size_t kMaxUplinkBurst = 256;
constexpr Duration kTellLayersAgain = std::chrono::seconds(1);  // to other shards, which may have missed it

TrackId track_of(const SetUplink& uplink, MediaKind kind, std::optional<std::size_t> layer) {
  if (kind == MediaKind::audio) return uplink.audio;
  return layer.value_or(0) == 0 ? uplink.video : uplink.layers[*layer - 1];
}

}  // namespace

void Switchboard::route_uplink(PeerEntry& entry, const peer::Speaker::Received& received, Instant now) {
  std::optional<Codec>& started = entry.started[static_cast<std::size_t>(received.kind)];
  if (started != received.codec) {
    started = received.codec;
    events_.push_back(UplinkStarted{.peer = entry.peer.id(), .kind = received.kind, .codec = received.codec});
  }
  const SetUplink& uplink = entry.uplink;
  if (!uplink.forward && !uplink.feed) {
    counters_.add(Count::uplink_dropped_no_floor);
    return;
  }
  if (uplink.forward) forward_uplink(entry, received, now);
  if (uplink.feed) feed_uplink(entry, received, now);
}

TrackEntry* Switchboard::uplink_track(TrackId id, Codec codec, PeerEntry* speaker, bool& switched, Instant now) {
  const TrackTable::Uplink uplink = tracks_.uplink_track(id, codec, speaker, now);
  switched = uplink.switched;
  if (uplink.entry == nullptr) return nullptr;
  if (uplink.replaced) forget(uplink.replaced.get());
  if (uplink.created || uplink.replaced) apply_wishes_for(*uplink.entry);
  // The layers were those of whoever had it before; in another codec, others can decode it.
  if (uplink.switched || uplink.replaced) refresh_layers(id);
  return uplink.entry;
}

// Spatial layers come as one stream and go on as one each, as those of a simulcast do.
void Switchboard::forward_uplink(PeerEntry& entry, const peer::Speaker::Received& received, Instant now) {
  if (!received.spatial) return forward_stream(entry, received, now);
  for (std::size_t layer = 0; layer < received.spatial->layers; ++layer) {
    const ByteVector bytes = forward::packet_of_layer(received.bytes, *received.spatial, layer);
    const std::optional<rtp::Packet> packet = rtp::parse_packet(bytes);
    if (!packet) continue;
    peer::Speaker::Received one = received;
    one.bytes = bytes;
    one.packet = *packet;
    one.layer = layer;
    ByteVector descriptor;
    if (!received.descriptor.empty() && received.spatial->in_stream(layer)) {
      descriptor =
          rtp::with_active_targets(received.descriptor, received.descriptor_parts, received.stream_targets[layer]);
    }
    one.descriptor = descriptor;
    forward_stream(entry, one, now);
  }
}

void Switchboard::forward_stream(PeerEntry& entry, const peer::Speaker::Received& received, Instant now) {
  const TrackId id = track_of(entry.uplink, received.kind, received.layer);
  if (id == kNoTrack) return;
  bool switched = false;
  TrackEntry* into = uplink_track(id, received.codec, &entry, switched, now);
  if (into == nullptr) return;
  into->speaker_layer = received.layer;
  if (received.layer) arrange_layers(entry, received, now);
  forward::Track& track = *into->track;
  if (received.restarted) track.switch_source(now);
  if (entry.uplink.relay_to != 0) {
    relay(entry.uplink.relay_to, RelayedPacket{.track = id,
                                               .codec = received.codec,
                                               .restarted = received.restarted || switched,
                                               .captured = received.captured,
                                               .audio_level = received.audio_level,
                                               .bytes = {received.bytes.begin(), received.bytes.end()},
                                               .descriptor = {received.descriptor.begin(), received.descriptor.end()}});
  }
  if (!track.handle_packet(received.packet, received.captured, received.audio_level, now, received.descriptor)) return;
  tracks_.tell(*into);
  wake(*into);
}

void Switchboard::arrange_layers(PeerEntry& entry, const peer::Speaker::Received& received, Instant now) {
  peer::SpeakerLayers& layers = *entry.peer.speaker()->layers();
  const bool changed = layers.take_changed() || std::exchange(entry.layers_untold, false);
  const bool tell_again = entry.uplink.relay_to != 0 && now - entry.layers_relayed_at >= kTellLayersAgain;
  if ((!changed && !tell_again) || entry.uplink.video == kNoTrack) return;
  RelayedLayers arriving{.picture = entry.uplink.video,
                         .codec = received.codec,
                         .layers = {},
                         .dependent = received.codec == Codec::av1 && received.spatial};
  for (const peer::SpeakerLayers::Layer& layer : layers.arriving()) {
    const TrackId track = track_of(entry.uplink, MediaKind::video, layer.number);
    if (track != kNoTrack) arriving.layers.push_back({.track = track, .bitrate = layer.bitrate});
  }
  if (changed) show_layers(arriving, &entry, now);
  for (const peer::SpeakerLayers::Layer& layer : layers.arriving()) {
    if (TrackEntry* track = tracks_.find(track_of(entry.uplink, MediaKind::video, layer.number))) {
      track->speaker_layer = layer.number;
    }
  }
  entry.layers_relayed_at = now;
  relay(entry.uplink.relay_to, std::move(arriving));
}

void Switchboard::show_layers(const RelayedLayers& arriving, PeerEntry* speaker, Instant now) {
  bool switched = false;
  TrackEntry* picture = uplink_track(arriving.picture, arriving.codec, speaker, switched, now);
  if (picture == nullptr) return;
  std::vector<TrackId> tracks;
  for (const UplinkLayer& layer : arriving.layers) {
    TrackEntry* track = uplink_track(layer.track, arriving.codec, speaker, switched, now);
    if (track == nullptr) continue;
    track->bitrate = layer.bitrate;
    tracks.push_back(layer.track);
  }
  picture->arriving = std::move(tracks);
  picture->dependent = arriving.dependent;
  refresh_layers(arriving.picture);
}

void Switchboard::feed_uplink(PeerEntry& entry, const peer::Speaker::Received& received, Instant now) {
  const bool picture = received.kind == MediaKind::video;
  if (picture && !entry.uplink.feed_video) {
    counters_.add(Count::uplink_dropped_no_floor);
    return;
  }
  const bool key_frame = rtp::payload_starts_key_frame(received.codec, received.packet.payload);
  std::optional<forward::LayerLine::Place> place;
  if (received.layer) {
    place = place_in_feed(entry, received, key_frame, now);
    if (!place) return;
  }
  const std::uint16_t number = picture ? *entry.uplink.feed_video : entry.uplink.feed_audio;
  const auto same = std::find_if(feed_output_.begin(), feed_output_.end(), [&](const FeedOutput& output) {
    return output.feed == *entry.uplink.feed && output.frame.track == number && output.frame.codec == received.codec &&
           output.frame.payloads.size() < kMaxUplinkBurst;
  });
  FeedOutput& output = same != feed_output_.end()
                           ? *same
                           : feed_output_.emplace_back(FeedOutput{.feed = *entry.uplink.feed, .frame = {}});
  rtp::Frame& frame = output.frame;
  if (frame.payloads.empty()) {
    frame.track = number;
    frame.codec = received.codec;
    frame.rtp_timestamp = place ? place->timestamp : received.packet.timestamp;
    frame.captured = received.captured;
  }
  frame.key_frame |= received.kind == MediaKind::audio || key_frame;
  if (received.audio_level) frame.audio_level = received.audio_level;
  ByteVector& bytes = frame.payloads.emplace_back(received.bytes.begin(), received.bytes.end());
  if (!place) return;
  store_u16(bytes.data() + 2, place->sequence);  // RFC 3550 §5.1
  store_u32(bytes.data() + 4, place->timestamp);
  store_u32(bytes.data() + 8, place->ssrc);
}

// A decoder has room for one layer: the best that arrives, one stream to it whichever that is.
std::optional<forward::LayerLine::Place> Switchboard::place_in_feed(PeerEntry& entry,
                                                                    const peer::Speaker::Received& received,
                                                                    bool key_frame, Instant now) {
  const std::vector<peer::SpeakerLayers::Layer>& layers = entry.peer.speaker()->layers()->arriving();
  if (layers.empty()) return std::nullopt;
  if (entry.feed_line.wanted() != layers.front().number) {
    entry.feed_line.set_wanted(layers.front().number);
    entry.peer.speaker()->want_key_frame(now, layers.front().number);
  }
  return entry.feed_line.place(*received.layer, received.packet, key_frame, received.captured);
}

void Switchboard::want_feed_key_frame(PeerEntry& entry, Instant now) {
  const bool layered = entry.peer.speaker()->layers() != nullptr;
  entry.peer.speaker()->want_key_frame(now, layered ? entry.feed_line.wanted() : std::nullopt);
  write_later(entry);
}

void Switchboard::stop_forwarding(PeerEntry& entry, Instant now) {
  tracks_.speaker_gone(entry, now);
  refresh_layers(entry.uplink.video);
  const auto end = [&](TrackId track) {
    if (track != kNoTrack) relay(entry.uplink.relay_to, RelayedTrackEnd{track});
  };
  end(entry.uplink.audio);
  end(entry.uplink.video);
  for (const TrackId layer : entry.uplink.layers) end(layer);
}

}  // namespace plenary::io
